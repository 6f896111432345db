// Plans a driver's shift in five phases, tells how far it is, and ends the job's channel with the plan.
import {randomUUID} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';

export const visitor = [{channels: 'job_progress:*', acts: ['subscribe']}];
export const service = [{channels: 'job_progress:*', acts: ['publish']}];

const PHASES = [
  {phase: 'Snapshot', upTo: 10, message: 'Looking where you are'},
  {phase: 'Traffic', upTo: 45, message: 'Analyzing traffic'},
  {phase: 'Briefing', upTo: 65, message: 'Reading the day\'s events and the weather'},
  {phase: 'Venues', upTo: 90, message: 'Ranking venues'},
  {phase: 'Strategy', upTo: 100, message: 'Writing the strategy'},
];
const STRATEGY = {
  headline: 'Stay north until nine, then the arena',
  venues: [
    {name: 'Central Station', why: 'four late trains between 18:10 and 18:40'},
    {name: 'Harbour Hotel', why: 'a congress of 900 ends at 20:00, six minutes away'},
    {name: 'Arena, gate C', why: 'the concert is over at 22:30; come by the ring, the bridge is closed'},
  ],
};
const STEP = 5;

export function start({millrace, pace}) {
  async function run(job) {
    const channel = `job_progress:${job}`;
    let progress = 0;
    for (const {phase, upTo, message} of PHASES) {
      for (; progress <= upTo; progress += STEP) {
        // A job that is tried again after a crash tells nothing twice.
        await millrace.publish(channel, `${job}:${progress}`, {type: 'phase', data: {phase, progress, message}});
        await pause(400 * pace);
      }
    }
    await millrace.complete(channel, `${job}:end`, {data: STRATEGY});
  }

  return {
    'POST jobs': () => {
      const job = randomUUID().slice(0, 8);
      run(job).catch(failure => millrace.complete(`job_progress:${job}`, `${job}:end`, {problem: {detail: failure.message}}));
      return {job};
    },
  };
}
