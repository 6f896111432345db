// The stable's service: keeps the horses, refuses what can't be, and publishes each change once it is made.
import {randomUUID} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';

export const visitor = [{channels: 'stable:12', acts: ['subscribe']}];
export const service = [{channels: 'stable:12', acts: ['publish']}];

const CHANNEL = 'stable:12';
const refused = (status, why) => Object.assign(new Error(why), {status});

export function start({millrace, pace, signal}) {
  const horses = new Map();
  /** The id of the newest event: with the list, where a page begins to listen. */
  let after;

  async function say(action, horse) {
    const receipt = await millrace.publish(CHANNEL, randomUUID(), {type: `horses:${action}`, source: 'stable-service', data: horse});
    after = receipt.id;
    // The receipt's place tells the page which event confirms its change; the horse has its real id.
    return {...receipt, data: horse};
  }

  function add({name, discipline, place}) {
    if ([...horses.values()].some(horse => horse.name.toLowerCase() === name.toLowerCase())) {
      throw refused(409, `There is a ${name} already.`);
    }
    const horse = {id: randomUUID().slice(0, 8), name, discipline, place};
    horses.set(horse.id, horse);
    return say('created', horse);
  }

  function change(id, fields) {
    if (!horses.has(id)) {
      throw refused(404, 'That horse has left.');
    }
    const horse = {...horses.get(id), ...fields};
    horses.set(id, horse);
    return say('updated', horse);
  }

  async function remove(id) {
    const horse = horses.get(id);
    if (!horses.delete(id)) {
      throw refused(404, 'That horse has left.');
    }
    return say('deleted', {id, name: horse.name});
  }

  /** Other people at work. */
  async function groom() {
    for (let i = 0; !signal.aborted; i++) {
      await pause(5000 * pace, undefined, {signal});
      const horse = [...horses.values()][i % horses.size];
      horse && (await change(horse.id, {place: horse.place === 'box' ? 'paddock' : 'box'}));
    }
  }

  const begun = (async () => {
    await add({name: 'Bella', discipline: 'Dressage', place: 'paddock'});
    await add({name: 'Fidelio', discipline: 'Jumping', place: 'box'});
    await add({name: 'Hidalgo', discipline: 'Eventing', place: 'box'});
    groom().catch(failure => signal.aborted || console.error('stable:', failure));
  })();
  /** Slow enough to see what is shown meanwhile. */
  const slowly = act => async (body, id) => {
    await pause(900 * pace);
    return act(body, id);
  };

  return {
    'GET horses': async () => (await begun, {horses: [...horses.values()], after}),
    'POST horses': slowly(add),
    'PATCH horses': slowly((body, id) => change(id, body)),
    'DELETE horses': slowly((_, id) => remove(id)),
  };
}
