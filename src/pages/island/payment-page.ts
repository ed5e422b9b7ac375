/**
 * The browser side of the payment page: loads the connector's fields, submits them once at a time, and finds out from
 * our server how it went. Whatever the browser believes, the server's word decides where the customer goes.
 */
import { call, CallError, type Told } from './parts/calls.js';
import { readFacts, type FormFacts, type NoticeFacts } from './parts/facts.js';
import { mountFields, type Mounted, type Outcome } from './parts/island.js';
import { bindScreen, type Screen } from './parts/screen.js';
import { leaveFor, watch } from './parts/watch.js';

/** Time to read that the payment was received. */
const FORWARD_MS = 3000;
const WARN_SECONDS = 120;
/** The longest a browser's timer can wait. */
const TIMER_SECONDS = 2_000_000;

const facts = readFacts();
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
    const mounted = await mountFields(page, told, screen.fields);
    screen.ready();
    return mounted;
  } catch (error) {
    if (!isGone(error)) screen.blocked(textOf(page, error, 'blocked'));
    return undefined;
  }
}

async function submit(page: FormFacts, screen: Screen, mounted: Mounted): Promise<void> {
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

/** Leaves for the shop, or shows the server's page for what happened. */
function settleOn(told: Told): void {
  if (told.location !== undefined) leaveFor(told.location);
  else location.reload();
}

async function runNotice(page: NoticeFacts): Promise<void> {
  if (page.state === 'paid' && page.shopUrl !== undefined) {
    const { shopUrl } = page;
    setTimeout(() => leaveFor(shopUrl), FORWARD_MS);
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
