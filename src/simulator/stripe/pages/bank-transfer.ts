/** The hosted instructions of a bank transfer, with a way to send the money: exactly, less, or more. */
import { act } from '../control/actions.js';
import { ApiError } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { remainingOf } from '../resources/bank-transfers.js';
import type { Intent } from '../resources/intents.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';
import { amountField, escaped, languageOf, money, page, readAmount, seeOther } from './frame.js';
import type { Language } from './frame.js';

const TEXTS = {
  en: {
    mark: 'Bank transfer',
    title: 'Pay by bank transfer',
    text: 'Send the amount from your bank with this reference.',
    remaining: 'Still to pay',
    total: 'Amount',
    holder: 'Recipient',
    reference: 'Reference',
    send: 'Send money',
    hint: 'Only the simulation has this: it plays your bank.',
    exact: 'Send exactly',
    less: 'Send less:',
    more: 'Send more:',
    other: 'Another amount',
    sendOther: 'Send this amount',
    paid: 'The money has arrived. The payment is complete.',
    over: 'This payment no longer waits for a transfer.',
    unknown: 'There is no such payment.',
    bad: 'This is no amount.',
  },
  de: {
    mark: 'Überweisung',
    title: 'Per Überweisung bezahlen',
    text: 'Überweisen Sie den Betrag mit diesem Verwendungszweck.',
    remaining: 'Noch zu zahlen',
    total: 'Betrag',
    holder: 'Empfänger',
    reference: 'Verwendungszweck',
    send: 'Geld senden',
    hint: 'Das gibt es nur in der Simulation: Sie spielt Ihre Bank.',
    exact: 'Genau senden:',
    less: 'Weniger senden:',
    more: 'Mehr senden:',
    other: 'Anderer Betrag',
    sendOther: 'Diesen Betrag senden',
    paid: 'Das Geld ist angekommen. Die Zahlung ist vollständig.',
    over: 'Diese Zahlung wartet auf keine Überweisung mehr.',
    unknown: 'Diese Zahlung gibt es nicht.',
    bad: 'Das ist kein Betrag.',
  },
} as const;

/** The intent of `/_sim/bank-transfer/<intent>`; undefined for any other path. */
export const transferOf = (path: string): string | undefined => /^\/_sim\/bank-transfer\/(pi_\w+)$/.exec(path)?.[1];

/** Shows where to send how much. */
export function showTransfer(sim: Simulation, request: WireRequest, id: string): WireAnswer {
  const language = languageOf(request);
  const texts = TEXTS[language];
  const intent = sim.store.find('payment_intents', id)?.value;
  const mark = `<div class="mark transfer">${texts.mark}</div>`;
  const shown = (content: string, status = 200): WireAnswer => ({
    ...page(language, texts.title, mark + content),
    status,
  });
  if (!intent) return shown(`<h1>${texts.unknown}</h1>`, 404);
  if (remainingOf(intent) === 0) {
    const text = intent.status === 'succeeded' ? texts.paid : texts.over;
    return shown(`<p class="done" role="status">${text}</p>`);
  }
  return shown(details(language, intent) + controls(language, intent));
}

function details(language: Language, intent: Intent): string {
  const texts = TEXTS[language];
  const told = intent.next_action?.display_bank_transfer_instructions;
  const iban = told?.financial_addresses?.[0]?.iban;
  const rows: [string, string][] = [
    [texts.remaining, money(language, remainingOf(intent), intent.currency)],
    [texts.total, money(language, intent.amount, intent.currency)],
    [texts.holder, iban?.account_holder_name ?? ''],
    ['IBAN', (iban?.iban ?? '').replace(/(.{4})(?=.)/g, '$1 ')],
    ['BIC', iban?.bic ?? ''],
    [texts.reference, told?.reference ?? ''],
  ];
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('');
  return `<h1>${texts.title}</h1><p>${texts.text}</p><dl>${list}</dl>`;
}

function controls(language: Language, intent: Intent): string {
  const texts = TEXTS[language];
  const remaining = remainingOf(intent);
  const less = Math.max(1, Math.floor(remaining / 2));
  const more = remaining + Math.max(1, Math.round(intent.amount / 10));
  const button = (look: string, text: string, amount: number): string =>
    `<button class="${look}" name="amount" value="${amountField(amount, intent.currency)}">${text} ${escaped(money(language, amount, intent.currency))}</button>`;
  const form = `<form method="post" action="/_sim/bank-transfer/${intent.id}?locale=${language}">`;
  return `<h2>${texts.send}</h2>${form}
${button('yes', texts.exact, remaining)}${button('no', texts.less, less)}${button('no', texts.more, more)}</form>
${form}<label>${texts.other}<input name="amount" inputmode="decimal" autocomplete="off" value="${amountField(remaining, intent.currency)}"></label>
<button class="no">${texts.sendOther}</button></form><p class="hint">${texts.hint}</p>`;
}

/** Sends the money with the reference of this payment, then shows the page again. 400 for what is no amount. */
export function sendTransfer(sim: Simulation, request: WireRequest, id: string): WireAnswer {
  const language = languageOf(request);
  const texts = TEXTS[language];
  const intent = sim.store.find('payment_intents', id)?.value;
  if (!intent) return { ...page(language, texts.title, `<h1>${texts.unknown}</h1>`), status: 404 };
  const amount = readAmount(request.body.amount, intent.currency);
  if (amount === undefined) return { ...page(language, texts.title, `<h1>${texts.bad}</h1>`), status: 400 };
  try {
    act(sim, 'fund_cash_balance', { payment_intent: id, amount });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...page(language, texts.title, `<h1>${escaped(error.message)}</h1>`), status: error.status };
  }
  return seeOther(`/_sim/bank-transfer/${id}?locale=${language}`);
}
