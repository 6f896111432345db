// The bank's side: transactions in small batches, as an account sync finds them, and the balance after each.
import {randomUUID} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';

export const visitor = ['transactions.new:entity:acme', 'balance.updated:entity:acme'].map(channels => ({channels, acts: ['subscribe']}));
export const service = ['transactions.new:*', 'balance.updated:*'].map(channels => ({channels, acts: ['publish']}));

const MOVES = [
  ['Mill & Sons', 'Flour', -486.2], ['Card terminal', 'Sales', 312.4], ['City Energy', 'Electricity', -141.75], ['Café Nord', 'Sales', 96.8],
  ['Dairy Co-op', 'Butter and cream', -212.1], ['Card terminal', 'Sales', 58.35], ['Hotel Harbour', 'Sales', 740], ['Parking', 'Travel', -6.5],
  ['Card terminal', 'Sales', 121.9], ['Packaging Ltd', 'Bags', -88.4], ['School No. 4', 'Sales', 264], ['Insurance', 'Insurance', -59.9],
];
const ENTITY = 'entity:acme';

export function start({millrace, pace, signal}) {
  let moves = 0;
  let cents = 18_240_50;

  async function sync(size) {
    const transactions = Array.from({length: size}, () => {
      const [merchant, category, amount] = MOVES[moves++ % MOVES.length];
      cents += Math.round(amount * 100);
      return {transactionId: randomUUID(), amount, size: Math.abs(amount), merchant, category};
    });
    const key = transactions[0].transactionId;
    await millrace.publish(`transactions.new:${ENTITY}`, key, transactions.map(data => ({type: 'transactions.new', source: 'bank', data})));
    await millrace.publish(`balance.updated:${ENTITY}`, key, {type: 'balance.updated', source: 'bank', data: {accountId: 'main', balance: cents / 100}});
  }

  async function run() {
    await sync(8);
    while (!signal.aborted) {
      await pause(2200 * pace, undefined, {signal});
      await sync(1 + (moves % 3));
    }
  }
  run().catch(failure => signal.aborted || console.error('finance:', failure));
  return {};
}
