// The workers' service: tells their lifecycle and telemetry, and makes them what they shall be.
import {randomUUID} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';

export const visitor = [{channels: 'workers', acts: ['subscribe']}, {channels: 'desired:lab', acts: ['subscribe', 'command']}];
export const service = [{channels: 'workers', acts: ['publish']}, {channels: 'desired:lab', acts: ['subscribe']}];

const NAMES = ['cml-berlin-1', 'cml-berlin-2', 'cml-dublin-1', 'cml-oslo-1'];
const SPARE = 'cml-oslo-2';
const WAY = {running: 'starting', stopped: 'stopping'};
const moved = (percent, by) => Math.max(3, Math.min(97, Math.round(percent + (Math.random() - 0.5) * by)));

export function start({millrace, listen, pace, signal}) {
  const workers = new Map();
  /** The id of the newest event: with the list, where a page begins to listen. */
  let after;

  async function say(type, id, fields) {
    workers.set(id, {...workers.get(id), id, ...fields});
    const receipt = await millrace.publish('workers', randomUUID(), {type, source: id, data: {id, ...fields}});
    after = receipt.id;
  }

  const create = (id, status) => say('worker.created', id, status === 'running' ? {status, cpu: 40, memory: 55, labs: 3} : {status, cpu: 0, memory: 0, labs: 0});

  /** What each worker shall be. */
  const wishes = new Map();

  /** One step after the other for each worker, until it is what was wished last. */
  async function become(id) {
    const {status, moving} = workers.get(id) ?? {};
    const wanted = wishes.get(id);
    if (moving || !status || status === wanted || status === 'terminated' || !WAY[wanted]) {
      return;
    }
    workers.set(id, {...workers.get(id), moving: true});
    await say('worker.status.updated', id, {status: WAY[wanted]});
    await pause(1500 * pace);
    await say('worker.status.updated', id, {status: wanted, ...(wanted === 'stopped' ? {cpu: 0, memory: 0, labs: 0} : {cpu: 12, memory: 30})});
    workers.set(id, {...workers.get(id), moving: false});
    await become(id);
  }

  async function measure() {
    for (;;) {
      await pause(1500 * pace, undefined, {signal});
      for (const {id, status, cpu, memory} of [...workers.values()]) {
        status === 'running' && (await say('worker.metrics.updated', id, {cpu: moved(cpu, 24), memory: moved(memory, 8)}));
      }
    }
  }

  /** Labs are counted now and then; the spare worker comes and goes. */
  async function live() {
    for (let labs = 0; ; labs++) {
      await pause(4000 * pace, undefined, {signal});
      const running = [...workers.values()].filter(({status}) => status === 'running');
      running.length && (await say('worker.labs.updated', running[labs % running.length].id, {labs: labs % 7}));
      if (labs % 6 === 2) {
        await create(SPARE, 'running');
        await become(SPARE);
      } else if (labs % 6 === 5) {
        await say('worker.terminated', SPARE, {status: 'terminated', cpu: 0, memory: 0, labs: 0});
      }
    }
  }

  const wish = (key, value) => {
    wishes.set(key, value);
    become(key).catch(stopped);
  };
  const stopped = failure => signal.aborted || console.error('workers:', failure);
  const begun = (async () => {
    for (const [i, id] of NAMES.entries()) {
      await create(id, i === 2 ? 'stopped' : 'running');
    }
    const client = listen({transports: ['sse']});
    signal.addEventListener('abort', () => client.close());
    client.subscribe('desired:lab', {
      from: 'state',
      onState: all => Object.entries(all).forEach(([key, value]) => wish(key, value)),
      onEvent: ({key, value}) => wish(key, value),
    });
    Promise.all([measure(), live()]).catch(stopped);
  })();

  return {'GET workers': async () => (await begun, {workers: [...workers.values()], after})};
}
