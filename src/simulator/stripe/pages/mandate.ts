/** The mandate of a SEPA debit as the buyer can read it; its address is in the mandate itself. */
import type { Simulation } from '../core/simulation.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';
import { escaped, languageOf, page } from './frame.js';

const TEXTS = {
  en: {
    title: 'SEPA direct debit mandate',
    text: 'You allowed the shop to collect this payment from your account.',
    reference: 'Mandate reference',
    account: 'Account',
    status: 'Status',
    unknown: 'There is no such mandate.',
  },
  de: {
    title: 'SEPA-Lastschriftmandat',
    text: 'Sie haben dem Shop erlaubt, diese Zahlung von Ihrem Konto einzuziehen.',
    reference: 'Mandatsreferenz',
    account: 'Konto',
    status: 'Status',
    unknown: 'Dieses Mandat gibt es nicht.',
  },
} as const;

/** The mandate of `/_sim/mandate/<mandate>`; undefined for any other path. */
export const mandateOf = (path: string): string | undefined => /^\/_sim\/mandate\/(mandate_\w+)$/.exec(path)?.[1];

/** Shows it; 404 for one nobody gave. */
export function showMandate(sim: Simulation, request: WireRequest, id: string): WireAnswer {
  const language = languageOf(request);
  const texts = TEXTS[language];
  const found = sim.store.find('mandates', id);
  const details = found?.value.payment_method_details.sepa_debit;
  if (!found || !details) return { ...page(language, texts.title, `<h1>${texts.unknown}</h1>`), status: 404 };
  const method = sim.store.read.get('payment_methods', found.account, String(found.value.payment_method));
  const rows = [
    [texts.reference, details.reference],
    [texts.account, `•••• ${method?.sepa_debit?.last4 ?? ''}`],
    [texts.status, found.value.status],
  ];
  const list = rows.map(([name = '', value = '']) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('');
  return page(language, texts.title, `<h1>${texts.title}</h1><p>${texts.text}</p><dl>${list}</dl>`);
}
