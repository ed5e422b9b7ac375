/** A cart with the buttons of wallets: the wallet tells where it goes, the shop what that costs. */
import { CheckoutError, createCheckout, type ExpressButtons } from '../../../client/index.js';
import {
  appearance, draftOf, openDesk, placeOrder, priceOf, ShopError, showNotice, showProblem, showThanks,
  type Desk, type Placed,
} from './parts/own-checkout.js'; // prettier-ignore

/** What the wallet said so far; it goes with every question to the shop's server. */
const chosen: { country?: string; shipping?: string } = {};
let placed: Placed | undefined;

const desk = openDesk('express');
if (desk !== undefined) void guarded(desk, () => start(desk));

async function start(page: Desk): Promise<void> {
  const checkout = createCheckout(page.settings);
  const buttons = await checkout.express(document.getElementById('wallets') as HTMLElement, {
    cart: await cart(page),
    countries: page.countries,
    returnUrl: location.href,
    appearance: appearance(),
    element: {
      business: { name: document.querySelector('.brand span')?.textContent ?? '' },
      layout: { maxColumns: 1 },
    },
    onAddress: ({ country }) => {
      if (!page.countries.includes(country)) return undefined;
      delete chosen.shipping;
      chosen.country = country;
      return cart(page);
    },
    onRate: ({ id }) => {
      chosen.shipping = id;
      return cart(page);
    },
    placeOrder: async (customer, preOrderPaymentData) => {
      placed = await placeOrder(expressDraft(page), preOrderPaymentData, customer);
    },
    onOutcome: ({ outcome, message, error }) => {
      const { texts } = page;
      showNotice();
      if ((outcome === 'paid' || outcome === 'processing') && placed !== undefined)
        return showThanks(page, texts[outcome], placed);
      if (error !== undefined) return showProblem(wordsFor(page, error));
      if (outcome === 'canceled') return showNotice(texts.closed);
      return showProblem(message ?? texts.failed);
    },
  });
  document.getElementById('payment-loading')?.remove();
  if (buttons.available.length === 0) return showNotice(page.texts.noWallets);
  page.form.addEventListener('input', () => void guarded(page, () => follow(page, buttons)));
}

async function follow(page: Desk, buttons: ExpressButtons): Promise<void> {
  buttons.update(await cart(page));
  showProblem();
  showNotice();
}

function expressDraft(page: Desk) {
  return { ...draftOf(page), ...chosen, isExpress: true };
}

function cart(page: Desk) {
  return priceOf(expressDraft(page));
}

async function guarded(page: Desk, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    showProblem(wordsFor(page, error));
  }
}

/** The shop's words as they are, ours for the rest. */
function wordsFor({ texts }: Desk, error: unknown): string {
  if (error instanceof ShopError) return error.message;
  if (error instanceof CheckoutError && error.code === 'refused') return error.message;
  return texts.unreachable;
}
