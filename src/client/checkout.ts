/** A checkout on the shop's own page: from the cart to a payment that the shop's server can confirm. */
import { mountElement, type MountedElement, type MountOptions } from './element.js';
import { CheckoutError } from './errors.js';
import { showExpress, type ExpressButtons, type ExpressOptions } from './express.js';
import { openFacade, type FacadeOptions } from './facade.js';
import { openPreOrder, type PreOrder, type Session } from './pre-order.js';
import { openStripe, outcomeOf, thrown, type StripeJs } from './stripe.js';
import type { Asking, Method, PreOrderPaymentData, Result } from './types.js';

export interface CheckoutOptions extends FacadeOptions {
  /** The payment method as the app announced it. */
  method: Method;
}

export interface Checkout {
  /**
   * Asks the app for a payment of the cart. Called again it changes the same payment; after a payment is done or given up
   * it starts the next one. Resolves to what names the payment to the shop's server.
   */
  init(asking: Asking): Promise<PreOrderPaymentData>;
  /** The cart has changed: the payment and the fields follow. Of several quick calls only the last is sent. */
  update(asking: Asking): Promise<PreOrderPaymentData>;
  /** Shows Stripe's fields in an element of the page and resolves when they can be filled in. After `init`. */
  mount(target: HTMLElement, options?: MountOptions): Promise<void>;
  /**
   * Pays what the last `init` or `update` said. Some methods leave the page and come back at `returnUrl`; see `resume`.
   * A second call while the first is under way gets the same promise, and after success the same result.
   */
  confirm(options: { returnUrl: string }): Promise<Result>;
  /**
   * On the page at `returnUrl`: how it went at the other site. Undefined when the customer does not come from there. Takes
   * Stripe's parameters out of the address.
   */
  resume(): Promise<Result | undefined>;
  /** Gives the payment up and removes the fields; reserved money is released. Safe to repeat. */
  cancel(): Promise<void>;
  /** Shows the buttons of wallets in an element of the page. No `init` is needed. */
  express(target: HTMLElement, options: ExpressOptions): Promise<ExpressButtons>;
}

/** What a checkout knows while it lasts. Nothing of it outlives the page. */
interface Desk {
  preOrder: PreOrder;
  stripe(session?: Session): Promise<StripeJs>;
  fields?: MountedElement;
  confirming?: Promise<Result>;
  done?: Result;
}

/** A checkout for one customer and one payment method. Nothing is asked before its first call. */
export function createCheckout(options: CheckoutOptions): Checkout {
  const { method, locale } = options;
  const keys = method.checkoutConfiguration?.paymentServiceProviderData ?? {};
  const preOrder = openPreOrder(openFacade(options), method);
  const desk: Desk = { preOrder, stripe: (session) => openStripe(method, { ...keys, ...session }, locale) };
  return {
    init: async (asking) => {
      await desk.confirming?.catch(() => undefined);
      if (desk.done !== undefined) leave(desk);
      return change(desk, asking);
    },
    update: async (asking) => {
      if (desk.confirming ?? desk.done) throw new CheckoutError('misuse', 'The payment is being made, or is done.');
      if (preOrder.name() === undefined) await preOrder.present();
      return change(desk, asking);
    },
    mount: async (target, mountOptions = {}) => {
      const session = await preOrder.present();
      desk.fields?.destroy();
      desk.fields = await mountElement(await desk.stripe(session), target, session, mountOptions);
    },
    confirm: ({ returnUrl }) => {
      if (desk.done !== undefined) return Promise.resolve(desk.done);
      desk.confirming ??= pay(desk, returnUrl).finally(() => (desk.confirming = undefined));
      return desk.confirming;
    },
    resume: () => comeBack(desk),
    cancel: async () => {
      await desk.confirming?.catch(() => undefined);
      await preOrder.cancel();
      leave(desk);
    },
    express: async (target, expressOptions) =>
      showExpress({ stripe: await desk.stripe(), preOrder, method }, target, expressOptions),
  };
}

async function change(desk: Desk, asking: Asking): Promise<PreOrderPaymentData> {
  const session = await desk.preOrder.ask(asking);
  await desk.fields?.refresh(session).catch((error: unknown) => {
    throw thrown('element', error);
  });
  return desk.preOrder.name() as PreOrderPaymentData;
}

async function pay(desk: Desk, returnUrl: string): Promise<Result> {
  const session = await desk.preOrder.present();
  const elements = desk.fields?.elements();
  if (elements === undefined) throw new CheckoutError('misuse', 'Call mount() first.');
  try {
    const submitted = await elements.submit();
    if (submitted.error !== undefined) return named(desk, outcomeOf(submitted));
    const stripe = await desk.stripe(session);
    const confirmParams = { return_url: returnUrl };
    return named(desk, outcomeOf(await stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' })));
  } catch (error) {
    throw thrown('misuse', error);
  }
}

/** Stripe's parameters of a return: https://docs.stripe.com/payments/accept-a-payment */
const ID = 'payment_intent';
const SECRET = 'payment_intent_client_secret';

async function comeBack(desk: Desk): Promise<Result | undefined> {
  const url = new URL(location.href);
  const transactionId = url.searchParams.get(ID);
  const clientSecret = url.searchParams.get(SECRET);
  if (transactionId === null || clientSecret === null) return undefined;
  for (const name of [ID, SECRET, 'redirect_status']) url.searchParams.delete(name);
  history.replaceState(history.state, '', url);
  const stripe = await desk.stripe();
  desk.preOrder.adopt({ transactionId, clientSecret });
  return named(desk, outcomeOf(await stripe.retrievePaymentIntent(clientSecret)));
}

function named(desk: Desk, result: Result): Result {
  const full = { ...result, preOrderPaymentData: desk.preOrder.name() };
  if (result.outcome === 'paid' || result.outcome === 'processing') desk.done = full;
  return full;
}

function leave(desk: Desk): void {
  desk.fields?.destroy();
  desk.preOrder.forget();
  desk.fields = desk.done = undefined;
}
