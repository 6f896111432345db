// Asks again and again while a page is open and seen.

export function poll(millis, ask) {
  let timer = null;
  let stopped = false;
  const turn = async () => {
    if (!document.hidden) await ask();
    if (!stopped) timer = setTimeout(turn, millis);
  };
  turn();
  return () => { stopped = true; clearTimeout(timer); };
}
