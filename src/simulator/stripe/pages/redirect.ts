/** The page of a redirecting payment method (Amazon Pay, iDEAL, Klarna, PayPal): the buyer approves, declines, or leaves. */
import { decide } from '../control/actions.js';
import type { Simulation } from '../core/simulation.js';
import { json } from '../server/wire.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';
import { escaped, languageOf, money, page, seeOther, withResult } from './frame.js';
import type { Language } from './frame.js';

const NAMES: Record<string, string> = {
  amazon_pay: 'Amazon Pay',
  ideal: 'iDEAL',
  klarna: 'Klarna',
  paypal: 'PayPal',
};

const TEXTS = {
  en: {
    title: 'Approve your payment',
    text: 'The shop asks for this payment.',
    amount: 'Amount',
    order: 'Payment',
    succeed: 'Approve',
    fail: 'Decline',
    leave: 'Back to the shop without deciding',
    over: 'This payment is no longer open. You can close this page.',
    unknown: 'There is no such payment.',
  },
  de: {
    title: 'Zahlung freigeben',
    text: 'Der Shop bittet um diese Zahlung.',
    amount: 'Betrag',
    order: 'Zahlung',
    succeed: 'Freigeben',
    fail: 'Ablehnen',
    leave: 'Ohne Entscheidung zurück zum Shop',
    over: 'Diese Zahlung ist nicht mehr offen. Sie können diese Seite schließen.',
    unknown: 'Diese Zahlung gibt es nicht.',
  },
} as const;

/** Whose page it is: type and attempt of `/_sim/redirect/<type>/<attempt>`; undefined for any other path. */
export function redirectOf(path: string): { type: string; attempt: string } | undefined {
  const [, type, attempt] = /^\/_sim\/redirect\/([a-z_]+)\/(\w+)$/.exec(path) ?? [];
  return type !== undefined && attempt !== undefined ? { type, attempt } : undefined;
}

function look(sim: Simulation, { type, attempt }: { type: string; attempt: string }) {
  const found = sim.store.find('attempts', attempt);
  const intent = found && sim.store.read.get('payment_intents', found.account, found.value.intent);
  const method = found && sim.store.read.get('payment_methods', found.account, found.value.method);
  return found && intent && method?.type === type ? { attempt: found.value, intent, method } : undefined;
}

const notice = (language: Language, text: string, status = 200): WireAnswer => ({
  ...page(language, TEXTS[language].title, `<h1>${text}</h1>`),
  status,
});

/** Shows what is to be decided. */
export function showRedirect(
  sim: Simulation,
  request: WireRequest,
  asked: { type: string; attempt: string },
): WireAnswer {
  const language = languageOf(request);
  const texts = TEXTS[language];
  const found = look(sim, asked);
  if (!found) return notice(language, texts.unknown, 404);
  const { attempt, intent } = found;
  if (attempt.status !== 'open' || intent.status !== 'requires_action') return notice(language, texts.over);
  const action = `/_sim/redirect/${asked.type}/${asked.attempt}?locale=${language}`;
  const content = `<div class="mark ${asked.type}">${NAMES[asked.type] ?? ''}</div><h1>${texts.title}</h1><p>${texts.text}</p>
<dl><dt>${texts.amount}</dt><dd>${escaped(money(language, intent.amount, intent.currency))}</dd><dt>${texts.order}</dt><dd>${escaped(intent.description ?? intent.id)}</dd></dl>
<form method="post" action="${escaped(action)}">
<button class="yes" name="outcome" value="succeed">${texts.succeed}</button><button class="no" name="outcome" value="fail">${texts.fail}</button><button class="quiet" name="outcome" value="leave">${texts.leave}</button></form>`;
  const shown = page(language, texts.title, content);
  const policy = `${String(shown.headers['content-security-policy'])}; frame-ancestors 'none'`;
  // Banks and wallets do not let themselves be shown inside other sites.
  return { ...shown, headers: { ...shown.headers, 'content-security-policy': policy } };
}

/** Takes the decision, once; then the browser goes back to the shop. Leaving decides nothing. */
export function decideRedirect(
  sim: Simulation,
  request: WireRequest,
  asked: { type: string; attempt: string },
): WireAnswer {
  const language = languageOf(request);
  const found = look(sim, asked);
  if (!found) return notice(language, TEXTS[language].unknown, 404);
  const { outcome } = request.body;
  if (outcome !== 'succeed' && outcome !== 'fail' && outcome !== 'leave')
    return json(400, { error: { message: 'outcome is succeed, fail or leave' } });
  const intent = outcome === 'leave' ? found.intent : decide(sim, asked.attempt, outcome);
  if (!intent || found.attempt.returnUrl === null) return notice(language, TEXTS[language].over);
  return seeOther(withResult(found.attempt.returnUrl, intent));
}
