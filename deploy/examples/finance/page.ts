/** A company's transactions as they come. Its topics are channels of their own, one for each company. */
import type { MillraceEvent, Subscription } from '@millrace/client';
import { byId, client, showStatus } from '../pages/page';

interface Transaction {
  transactionId: string;
  /** Euros; what is spent is below zero. */
  amount: number;
  /** The same without its sign, for filters. */
  size: number;
  merchant: string;
  category: string;
}

const TRANSACTIONS = 'transactions.new:entity:acme';
const BALANCE = 'balance.updated:entity:acme';
const SHOWN = 40;
const TEN_MINUTES = 600_000;

const feed = byId('feed');
const note = byId('note');
const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR', signDisplay: 'auto' });
const signed = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR', signDisplay: 'always' });

/** The newest transaction's place on this page, and what came while the line was cut. */
let last = 0;
let away: { after: number; upTo?: number; came: number } | undefined;

const part = (tag: string, className: string, text: string): HTMLElement =>
  Object.assign(document.createElement(tag), { className, textContent: text });

function show({ amount, merchant, category }: Transaction, { offset, time }: MillraceEvent): void {
  last = offset;
  const missed = away && (away.upTo === undefined || offset <= away.upTo);
  const row = part('li', `come ${amount > 0 ? 'in' : 'out'} ${missed ? 'late' : ''}`, '');
  row.dataset.offset = `${offset}`;
  const mark = part('span', 'mark', merchant[0]!);
  mark.ariaHidden = 'true';
  const clock = new Date(time!).toLocaleTimeString('en-IE');
  row.append(mark, part('span', 'what', merchant), part('span', 'amount', signed.format(amount)), part('small', '', category), part('small', '', `${clock} · no. ${offset}`));
  feed.prepend(row);
  feed.children[SHOWN]?.remove();
  if (missed) {
    away!.came++;
    tell();
  }
}

function tell(): void {
  note.hidden = !away;
  note.className = away?.upTo === undefined ? 'note' : 'note good';
  note.textContent = !away
    ? ''
    : away.upTo === undefined
      ? `Offline. When you are back it goes on after no. ${away.after}.`
      : `Back. ${away.came} came while you were away, after no. ${away.after}; none is missing.`;
}

let feeding: Subscription | undefined;

function follow(least: number): void {
  feeding?.unsubscribe();
  feed.replaceChildren();
  away = undefined;
  tell();
  feeding = client.subscribe<Transaction>(TRANSACTIONS, {
    from: new Date(Date.now() - TEN_MINUTES).toISOString(),
    // The server leaves out what isn't wanted; the place moves on over it.
    filters: least ? { min: { size: least } } : undefined,
    resume: false,
    onEvent: show,
  });
}

client.onStatus(async ({ status }) => {
  if (status !== 'connected' && last && !away) {
    away = { after: last, came: 0 };
  } else if (status === 'connected' && away && away.upTo === undefined) {
    // How far the channel had come when this page was back: up to there it was missed.
    away.upTo = (await client.history(TRANSACTIONS, { limit: 1 })).head;
  }
  tell();
});

client.subscribe<{ balance: number }>(BALANCE, {
  from: new Date(Date.now() - TEN_MINUTES).toISOString(),
  resume: false,
  onEvent: ({ balance }) => (byId('balance').textContent = euros.format(balance)),
});
document.querySelectorAll<HTMLInputElement>('[name=least]').forEach((choice) => choice.addEventListener('change', () => follow(+choice.value)));
showStatus(byId('status'));
follow(0);
