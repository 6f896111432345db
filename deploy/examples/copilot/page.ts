/** How far a job is: its channel from the first event on, up to the stream's end. */
import { byId, call, client, showStatus } from '../pages/page';

interface Phase {
  phase: string;
  /** Percent. */
  progress: number;
  message: string;
}

interface Strategy {
  headline: string;
  venues: { name: string; why: string }[];
}

const PHASES = ['Snapshot', 'Traffic', 'Briefing', 'Venues', 'Strategy'];
const plan = byId<HTMLButtonElement>('plan');
const phases = byId('phases');

showStatus(byId('status'));
phases.replaceChildren(...PHASES.map((name) => Object.assign(document.createElement('li'), { textContent: name })));

function showPhase({ phase, progress, message }: Phase): void {
  byId<HTMLProgressElement>('bar').value = progress;
  byId('percent').textContent = `${progress} %`;
  byId('message').textContent = message;
  const now = PHASES.indexOf(phase);
  [...phases.children].forEach((item, i) => {
    item.className = i < now || progress === 100 ? 'done' : i === now ? 'now' : '';
  });
}

function showStrategy({ headline, venues }: Strategy): void {
  const title = Object.assign(document.createElement('h2'), { textContent: headline });
  const list = Object.assign(document.createElement('ol'), { className: 'venues' });
  list.replaceChildren(
    ...venues.map(({ name, why }) => {
      const item = document.createElement('li');
      item.append(Object.assign(document.createElement('strong'), { textContent: name }), `: ${why}`);
      return item;
    }),
  );
  byId('strategy').replaceChildren(title, list);
  byId('strategy').hidden = false;
  plan.disabled = false;
}

function follow(job: string): void {
  plan.disabled = true;
  byId('job').hidden = false;
  byId('strategy').hidden = true;
  showPhase({ phase: '', progress: 0, message: 'The job is about to begin' });
  client.subscribe<Phase>(`job_progress:${job}`, {
    from: 'earliest',
    // What a page shows is made of all events: a reloaded one wants them all again, not only those it missed.
    resume: false,
    onEvent: showPhase,
    onComplete: showStrategy,
    onProblem({ message }) {
      byId('message').textContent = `The job failed: ${message}`;
      plan.disabled = false;
    },
  });
}

plan.addEventListener('click', async () => {
  const { job } = await call<{ job: string }>('POST', 'jobs');
  history.pushState(null, '', `?job=${job}`);
  follow(job);
});

const asked = new URLSearchParams(location.search).get('job');
asked && follow(asked);
