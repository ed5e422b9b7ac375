/**
 * The browser side of the payment page: loads the connector's fields, submits them once at a time, and finds out from
 * our server how it went. Whatever the browser believes, the server's word decides where the customer goes.
 */
import { call, CallError, type Told } from './parts/calls.js';
import { readFacts, type FormFacts, type NoticeFacts } from './parts/facts.js';
import { mountFields, type Mounted, type Outcome } from './parts/island.js';
import { bindScreen, type Screen } from './parts/screen.js';
import { greetParent, openAtTop, outcomeOf } from './parts/parent.js';
import { watch } from './parts/watch.js';

/** Time to read that the payment was received. */
const FORWARD_MS = 3000;
const WARN_SECONDS = 120;
/** The longest a browser's timer can wait. */
const TIMER_SECONDS = 2_000_000;
/** For the shop's page around ours to say that it goes on by itself. */
const ANSWER_MS = 1000;
/** When the page is still there after so long, the browser has refused to leave it. */
const REFUSED_MS = 3000;
/** Behind it stands the payment method that was chosen in a frame. */
const METHOD_MARK = '#method=';

const facts = readFacts();
const parent = greetParent(facts.ancestors);
followLinks(facts.kind === 'notice' ? facts.state : 'canceled');
// Out of the back-forward cache comes a page as it was left, perhaps a form for a payment that is paid.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
if (facts.kind === 'form') runForm(facts);
else void runNotice(facts);

function runForm(page: FormFacts): void {
  const screen = bindScreen();
  let mounted: Mounted | undefined;
  let underWay = false;
  const load = async (): Promise<void> => {
    screen.busy(page.words['loading'] ?? '', false);
    mounted = await loadFields(page, screen);
  };
  screen.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (underWay || mounted === undefined) return;
    underWay = true;
    void submit(page, screen, mounted).finally(() => (underWay = false));
  });
  screen.retry.addEventListener('click', () => void load());
  warnOfExpiry(page, screen, () => underWay);
  void load();
}

/** The fields, ready to be filled in; undefined when they could not be loaded, which the screen then says. */
async function loadFields(page: FormFacts, screen: Screen): Promise<Mounted | undefined> {
  try {
    const told = await call('session');
    if (told.state !== 'payable') {
      settleOn(told);
      return undefined;
    }
    const method = location.hash.startsWith(METHOD_MARK) ? location.hash.slice(METHOD_MARK.length) : undefined;
    const mounted = await mountFields(page, told, {
      element: screen.fields,
      ...(method === undefined ? {} : { method }),
    });
    screen.ready();
    if (method !== undefined) screen.say(page.words['wholeWindow'] ?? '');
    else if (page.tried) screen.alert(page.words['failedTry'] ?? '', true);
    forgetMarks();
    return mounted;
  } catch (error) {
    if (!isGone(error)) screen.blocked(textOf(page, error, 'blocked'));
    return undefined;
  }
}

async function submit(page: FormFacts, screen: Screen, mounted: Mounted): Promise<void> {
  if (parent.isFramed && continuesAtTop(mounted.leavesFor?.())) return;
  screen.busy(page.words['working'] ?? '', true);
  try {
    // Choices are counted where they are sent; everything else goes straight to the PSP, so it is counted here.
    if (!page.chooses) {
      const allowed = await call('attempt');
      if (allowed.state !== 'payable') return settleOn(allowed);
    }
    await follow(page, screen, await mounted.submit());
  } catch (error) {
    if (!isGone(error))
      screen.alert(textOf(page, error, 'failedTry'), !(error instanceof CallError && error.reason === 'limit'));
  }
}

async function follow(page: FormFacts, screen: Screen, result: Outcome): Promise<void> {
  if (result.outcome === 'error') return screen.alert(result.message ?? page.words['failedTry'] ?? '', true);
  if (result.outcome === 'choice') {
    const told = await call('choice', { choice: result.choice });
    return told.state === 'payable' ? screen.alert(page.words['declined'] ?? '', true) : settleOn(told);
  }
  screen.busy(page.words['checking'] ?? '', true);
  const told = await watch(({ state }) => state !== 'payable');
  if (told !== undefined) return settleOn(told);
  screen.busy(page.words['slow'] ?? '', false);
}

/** Leaves for the shop, or shows the server's page for what happened, from which one can leave by a link. */
function settleOn(told: Told): void {
  if (told.location === undefined || parent.listens()) return location.reload();
  if (!parent.isFramed) return void (location.href = told.location);
  const outcome = outcomeOf(told.state);
  if (outcome !== undefined) parent.tell(outcome, told.location);
  if (!openAtTop(told.location)) return location.reload();
  setTimeout(() => location.reload(), REFUSED_MS);
}

/** The same page in the whole window, with the method chosen: banks and wallets refuse to be shown in a frame. */
function continuesAtTop(method: string | undefined): boolean {
  if (method === undefined) return false;
  const page = new URL(location.href);
  page.hash = `${METHOD_MARK}${method}`;
  return openAtTop(page.href);
}

/** Why the form said something; said once, it is not said again after a reload. */
function forgetMarks(): void {
  const page = new URL(location.href);
  page.searchParams.delete('tried');
  page.hash = '';
  if (page.href !== location.href) history.replaceState(history.state, '', page.href);
}

/** A shop's page that goes on by itself hears of a link to the shop instead of being replaced by it. */
function followLinks(state: string): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[target=_top]') : null;
    const outcome = outcomeOf(state);
    if (link === null || outcome === undefined || !parent.listens()) return;
    event.preventDefault();
    parent.tell(outcome, link.href);
  });
}

async function runNotice(page: NoticeFacts): Promise<void> {
  const { shopUrl, leaves } = page;
  const outcome = outcomeOf(page.state);
  if (outcome !== undefined) parent.tell(outcome, shopUrl);
  if (shopUrl !== undefined && (page.state === 'paid' || leaves)) {
    const leave = (): unknown => parent.listens() || openAtTop(shopUrl);
    setTimeout(leave, !leaves ? FORWARD_MS : parent.isFramed ? ANSWER_MS : 0);
  }
  if (page.state !== 'processing') return;
  const told = await watch(({ state }) => state !== 'processing').catch(() => undefined);
  if (told !== undefined) location.reload();
}

function warnOfExpiry(page: FormFacts, screen: Screen, isBusy: () => boolean): void {
  const { expiresInSeconds } = page;
  if (expiresInSeconds > TIMER_SECONDS) return;
  const warnIn = Math.max(0, expiresInSeconds - WARN_SECONDS);
  setTimeout(() => !isBusy() && screen.say(page.words['expiring'] ?? ''), warnIn * 1000);
  setTimeout(() => !isBusy() && location.reload(), Math.max(1, expiresInSeconds + 1) * 1000);
}

/** A link that is not ours any more has a page of its own, which the server shows. */
function isGone(error: unknown): boolean {
  const gone = error instanceof CallError && error.reason === 'gone';
  if (gone) location.reload();
  return gone;
}

function textOf(page: FormFacts, error: unknown, otherwise: string): string {
  const reasons = { gone: otherwise, limit: 'tooMany', unreachable: 'unreachable' };
  return page.words[error instanceof CallError ? reasons[error.reason] : otherwise] ?? '';
}
