/** The shop's own checkout with Stripe's fields: the cart changes, the payment follows, the order comes after the money. */
import { CheckoutError, createCheckout, type Checkout, type Result } from '../../../client/index.js';
import {
  appearance, draftOf, openDesk, placeOrder, priceOf, ShopError, showNotice, showProblem, showThanks,
  type Desk, type Draft,
} from './parts/own-checkout.js'; // prettier-ignore

/** The draft, for the time the customer is away at another site. It holds no secret. */
const KEPT = 'headless-draft';

interface Page extends Desk {
  checkout: Checkout;
  pay: HTMLButtonElement;
  leave: HTMLButtonElement;
  fields: HTMLElement;
}

const desk = openDesk('headless');
if (desk !== undefined) {
  const pay = document.getElementById('pay') as HTMLButtonElement;
  const leave = document.getElementById('leave') as HTMLButtonElement;
  const fields = document.getElementById('payment') as HTMLElement;
  const page: Page = { ...desk, checkout: createCheckout(desk.settings), pay, leave, fields };
  page.form.addEventListener('input', ({ target }) => {
    // Words are taken when they are complete, everything else at once.
    if (!isText(target)) void guarded(page, () => follow(page));
  });
  page.form.addEventListener('change', ({ target }) => {
    if (isText(target)) void guarded(page, () => follow(page));
  });
  page.form.addEventListener('submit', (event) => {
    event.preventDefault();
    void guarded(page, () => submit(page));
  });
  leave.addEventListener('click', () => void guarded(page, () => giveUp(page)));
  void guarded(page, () => start(page));
}

/** Whoever comes back from another site goes on where they left; everybody else begins. */
async function start(page: Page): Promise<void> {
  const result = await page.checkout.resume();
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (result !== undefined && (await finish(page, result, kept === null ? draftOf(page) : JSON.parse(kept)))) return;
  await begin(page);
}

async function begin(page: Page): Promise<void> {
  await page.checkout.init(await priceOf(draftOf(page)));
  await page.checkout.mount(page.fields, { appearance: appearance() });
  document.getElementById('payment-loading')?.remove();
  page.pay.disabled = page.leave.disabled = false;
}

let newest = 0;

/** After every change of the form. Of several quick ones only the last counts. */
async function follow(page: Page): Promise<void> {
  const mine = (newest += 1);
  const cart = await priceOf(draftOf(page)).catch((error: unknown) => {
    // What cannot be ordered cannot be paid.
    if (mine === newest) page.pay.disabled = true;
    throw error;
  });
  if (mine !== newest) return;
  await page.checkout.update(cart);
  if (mine !== newest) return;
  showProblem();
  page.pay.disabled = false;
}

async function submit(page: Page): Promise<void> {
  const { checkout, pay, leave, texts } = page;
  const draft = draftOf(page);
  sessionStorage.setItem(KEPT, JSON.stringify(draft));
  showProblem();
  showNotice(texts.working);
  pay.disabled = leave.disabled = true;
  try {
    await finish(page, await checkout.confirm({ returnUrl: location.href }), draft);
  } finally {
    showNotice();
    pay.disabled = leave.disabled = page.form.hidden !== false;
    sessionStorage.removeItem(KEPT);
  }
}

/** True when the order is placed. */
async function finish(page: Page, result: Result, draft: Draft): Promise<boolean> {
  const { texts, checkout } = page;
  const { outcome, message, preOrderPaymentData } = result;
  if (outcome === 'failed' || outcome === 'canceled') {
    showProblem(message ?? texts.failed);
    return false;
  }
  try {
    showThanks(page, texts[outcome], await placeOrder(draft, preOrderPaymentData));
    return true;
  } catch (error) {
    // Without a word of refusal nobody knows whether it was saved; it may be sent again.
    if (!(error instanceof ShopError) || error.status >= 500) throw new Error('not saved');
    // The app does not take it for this order: the money goes back, and the customer may begin anew.
    await checkout.cancel();
    await begin(page);
    showProblem(texts.notConfirmed + error.message);
    return false;
  }
}

async function giveUp(page: Page): Promise<void> {
  page.pay.disabled = page.leave.disabled = true;
  await page.checkout.cancel();
  page.form.hidden = true;
  const left = document.getElementById('left');
  left?.removeAttribute('hidden');
  left?.focus();
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && (target.type === 'text' || target.type === 'email');
}

/** Nothing fails in silence: the shop's words as they are, ours for the rest. */
async function guarded({ texts }: Page, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ShopError) showProblem(error.message);
    else if (error instanceof CheckoutError) showProblem(error.code === 'refused' ? error.message : texts.unreachable);
    else showProblem(texts.notSaved);
  }
}
