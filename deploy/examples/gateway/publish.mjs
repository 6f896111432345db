// The models' side: each says its answer in pieces on a channel of its own, and ends it with a score, or with why it failed.
import {randomUUID} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';

export const visitor = [{channels: 'council:*', acts: ['subscribe']}];
export const service = [{channels: 'council:*', acts: ['publish']}];

/** What the models of this example always say; a service of yours passes on what a model's own stream brings. */
export const MODELS = {
  heron: {
    score: 0.78,
    text: 'Yes. The short video has the higher completion rate in the two tests of March, 61 against 44 percent, and it is the younger half of the audience that watches to the end. I would keep the first three seconds as they are: the door that opens is what holds them. Spend the first week on two cities, and look at the cost for each visit before the rest.',
  },
  quarry: {
    score: 0.55,
    text: 'With doubts. Both tests ran over a weekend, and the difference is within what weekends do by themselves. The short cut also leaves out the price, which was the reason for most of last year’s calls. If it must be this one, then with a card at the end that says what it costs, and with a control group of one in ten.',
  },
  lantern: {
    score: 0.84,
    text: 'Yes, and soon. Two competitors start in the second half of April; a fortnight’s lead is worth more here than a better cut. The budget carries 1.2 million impressions at the usual prices. Have a second, quieter version ready for the evening, when the sound is off: subtitles, no jump cuts, the same last picture.',
  },
  tundra: {
    text: 'The short video is made for small screens, and that is where',
    problem: {detail: 'The model is overloaded', code: 'overloaded'},
  },
};

/** As tokens come: a few characters at a time, also in the middle of a word. */
const pieces = text => text.match(/.{1,7}/gsu);

export function start({millrace, pace}) {
  async function answer(council, model) {
    const {text, score, problem} = MODELS[model];
    const channel = `council:${council}:${model}`;
    for (const [i, chunk] of pieces(text).entries()) {
      await millrace.publish(channel, `${model}:${i}`, {type: 'council.chunk', source: model, data: {model, chunk}});
      await pause(90 * pace * Math.random());
    }
    await millrace.complete(channel, `${model}:end`, problem ? {problem} : {data: {score}});
  }

  return {
    'POST councils': () => {
      const id = randomUUID().slice(0, 8);
      Object.keys(MODELS).forEach(model => answer(id, model).catch(failure => console.error('gateway:', failure)));
      return {id, models: Object.keys(MODELS)};
    },
  };
}
