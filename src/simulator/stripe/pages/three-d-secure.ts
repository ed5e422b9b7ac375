/** The bank's page of a 3-D Secure challenge: two buttons, English or German, alone or in a frame. */
import { decide } from '../control/actions.js';
import type { Simulation } from '../core/simulation.js';
import { json } from '../server/wire.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';
import { escaped, languageOf, money, page, seeOther, withResult } from './frame.js';
import type { Language } from './frame.js';

const TEXTS = {
  en: {
    title: 'Confirm your payment',
    text: 'Your bank asks you to approve this payment.',
    amount: 'Amount',
    card: 'Card',
    succeed: 'Complete',
    fail: 'Fail',
    over: 'This request is no longer open. You can close this page.',
    passed: 'Approved. You can close this page.',
    refused: 'Not approved. You can close this page.',
    unknown: 'There is no such request.',
  },
  de: {
    title: 'Zahlung bestätigen',
    text: 'Ihre Bank bittet Sie, diese Zahlung freizugeben.',
    amount: 'Betrag',
    card: 'Karte',
    succeed: 'Freigeben',
    fail: 'Ablehnen',
    over: 'Diese Anfrage ist nicht mehr offen. Sie können diese Seite schließen.',
    passed: 'Freigegeben. Sie können diese Seite schließen.',
    refused: 'Nicht freigegeben. Sie können diese Seite schließen.',
    unknown: 'Diese Anfrage gibt es nicht.',
  },
} as const;
const ESCAPE_SCRIPT = (attempt: string): string =>
  `addEventListener('keydown',function(e){if(e.key==='Escape')parent.postMessage({type:'quittance-sim-3ds-escape',attempt:${JSON.stringify(attempt)}},'*')})`;

const document = (language: Language, content: string, script = ''): WireAnswer =>
  page(language, TEXTS[language].title, content, script);

/** Shows the challenge. */
export function showChallenge(sim: Simulation, request: WireRequest, attemptId: string): WireAnswer {
  const language = languageOf(request);
  const texts = TEXTS[language];
  const found = sim.store.find('attempts', attemptId);
  const intent = found && sim.store.read.get('payment_intents', found.account, found.value.intent);
  if (!found || !intent) return { ...document(language, `<h1>${texts.unknown}</h1>`), status: 404 };
  if (found.value.status !== 'open') return document(language, `<h1>${texts.over}</h1>`);
  const method = sim.store.read.get('payment_methods', found.account, found.value.method);
  if (method?.type !== 'card') return { ...document(language, `<h1>${texts.unknown}</h1>`), status: 404 };
  const framed = request.query.frame === '1';
  const query = new URLSearchParams({ locale: language, ...(framed ? { frame: '1' } : {}) });
  const content = `<h1>${texts.title}</h1><p>${texts.text}</p>
<dl><dt>${texts.amount}</dt><dd>${escaped(money(language, intent.amount, intent.currency))}</dd><dt>${texts.card}</dt><dd>•••• ${escaped(method.card?.last4 ?? '')}</dd></dl>
<form method="post" action="/_sim/3ds/${escaped(encodeURIComponent(attemptId))}?${escaped(query.toString())}">
<button class="yes" name="outcome" value="succeed">${texts.succeed}</button><button class="no" name="outcome" value="fail">${texts.fail}</button></form>`;
  return document(language, content, framed ? ESCAPE_SCRIPT(attemptId) : '');
}

/** Takes the decision, then goes where the customer came from: the page around the frame, or the return URL. */
export function decideOnPage(sim: Simulation, request: WireRequest, attemptId: string): WireAnswer {
  const language = languageOf(request);
  const texts = TEXTS[language];
  const { outcome } = request.body;
  if (outcome !== 'succeed' && outcome !== 'fail')
    return json(400, { error: { message: 'outcome is succeed or fail' } });
  const intent = decide(sim, attemptId, outcome);
  if (!intent) return { ...document(language, `<h1>${texts.unknown}</h1>`), status: 404 };
  const decided = sim.store.find('attempts', attemptId)?.value;
  const result = decided?.status === 'succeeded' ? 'succeed' : 'fail';
  const returnUrl = decided?.returnUrl ? withResult(decided.returnUrl, intent) : null;
  if (request.header('accept')?.includes('application/json')) {
    return json(200, { attempt: attemptId, outcome: result, status: intent.status, redirect: returnUrl });
  }
  const content = `<h1>${result === 'succeed' ? texts.passed : texts.refused}</h1>`;
  if (request.query.frame === '1') {
    const message = JSON.stringify({ type: 'quittance-sim-3ds', attempt: attemptId, outcome: result });
    return document(language, content, `parent.postMessage(${message},'*')`);
  }
  if (returnUrl === null) return document(language, content);
  return seeOther(returnUrl);
}
