/**
 * Buttons of wallets on a product or cart page. The wallet tells where it goes, the shop answers what that costs; only
 * when the customer agrees there is a payment, then a customer, then the shop's order, and last the money. Order of
 * events: https://docs.stripe.com/elements/express-checkout-element/accept-a-payment
 */
import { CheckoutError } from './errors.js';
import type { PreOrder } from './pre-order.js';
import { outcomeOf, thrown, type ConfirmEvent, type StripeElements, type StripeJs } from './stripe.js';
import type {
  Customer, ExpressCart, Method, PreOrderPaymentData, Result, ShippingRate, WalletAddress,
} from './types.js'; // prettier-ignore

export interface ExpressOptions {
  /** What is bought if nothing changes. */
  cart: ExpressCart;
  /** Where methods that leave the page come back to; see `Checkout.resume`. */
  returnUrl: string;
  /** Countries the shop sends to, ISO 3166 alpha-2; an empty list: nothing is sent, no address is asked for. */
  countries: readonly string[];
  /** What the cart costs with this address, or undefined when the shop does not send there. Answer within seconds. */
  onAddress?(address: WalletAddress): Promise<ExpressCart | undefined> | ExpressCart | undefined;
  /** What the cart costs with this shipping rate, or undefined when it is not to be had. */
  onRate?(rate: ShippingRate): Promise<ExpressCart | undefined> | ExpressCart | undefined;
  /**
   * Saves the order with what the customer told the wallet, and lets the shop's server confirm it to the app. The money
   * follows only when this resolves; throw to refuse. After a decline it may be called again for the same payment, with
   * the same `transactionId`.
   */
  placeOrder(customer: Customer, preOrderPaymentData: PreOrderPaymentData): Promise<unknown>;
  /** Told how each try ended, also when the customer closed the sheet. `error` is what went wrong on the way. */
  onOutcome(result: Result & { customer?: Customer; error?: unknown }): void;
  /** Colors and shapes: https://docs.stripe.com/elements/appearance-api */
  appearance?: object;
  /** Further options of the element: https://docs.stripe.com/js/elements_object/create_express_checkout_element */
  element?: object;
}

export interface ExpressButtons {
  /** The wallets this browser offers, such as `applePay`; empty when there is none and nothing is shown. */
  available: readonly string[];
  /** The cart has changed outside the wallet's sheet. */
  update(cart: ExpressCart): void;
  unmount(): void;
}

interface Counter {
  stripe: StripeJs;
  preOrder: PreOrder;
  method: Method;
}

/** One row of buttons and what its sheet shows at the moment. */
interface Row extends Counter {
  elements: StripeElements;
  options: ExpressOptions;
  cart: ExpressCart;
  /** Set while the customer's agreement is worked on: a sheet agrees once. */
  isBusy: boolean;
  /** The sum for which there is an order already: after a decline it is paid without asking for a payment again. */
  ordered?: string;
  /** The payment before this one is paid: the next agreement is a new payment. */
  isDone: boolean;
}

/** Wallets in the words of the app's settings to those of Stripe.js. */
const WALLETS = { apple_pay: 'applePay', google_pay: 'googlePay', amazon_pay: 'amazonPay', link: 'link', paypal: 'paypal', klarna: 'klarna' }; // prettier-ignore

/** Shows the buttons and resolves when it is known which there are. Throws CheckoutError `element`. */
export async function showExpress(
  counter: Counter,
  target: HTMLElement,
  options: ExpressOptions,
): Promise<ExpressButtons> {
  try {
    const { cart, appearance } = options;
    const { captureMethod } = counter.method.checkoutConfiguration?.paymentServiceProviderData ?? {};
    const elements = counter.stripe.elements({
      mode: 'payment',
      ...sumOf(cart),
      ...(captureMethod && { captureMethod }),
      ...(appearance && { appearance }),
    });
    const row: Row = { ...counter, elements, options, cart, isBusy: false, isDone: false };
    const element = elements.create('expressCheckout', elementOptions(row));
    listen(row, element.on.bind(element));
    const available = await new Promise<string[]>((resolve, reject) => {
      element.on('ready', ({ availablePaymentMethods: known }) =>
        resolve(Object.entries(known ?? {}).flatMap(([name, isThere]) => (isThere ? [name] : []))),
      );
      element.on('loaderror', ({ error }) => reject(new CheckoutError('element', error.message ?? error.type)));
      element.mount(target);
    });
    return { available, update: (next) => show(row, next), unmount: () => element.destroy() };
  } catch (error) {
    throw thrown('element', error);
  }
}

function elementOptions({ options, method }: Row): object {
  const { countries } = options;
  const wanted = method.checkoutConfiguration?.paymentServiceProviderData?.methods;
  const choices = Object.entries(WALLETS).map(([name, wallet]) => [wallet, wanted?.includes(name) ? 'auto' : 'never']);
  return {
    emailRequired: true,
    billingAddressRequired: true,
    ...(countries.length > 0 && { shippingAddressRequired: true, allowedShippingCountries: countries }),
    ...(wanted && { paymentMethods: Object.fromEntries(choices) }),
    ...options.element,
  };
}

function listen(row: Row, on: ReturnType<StripeElements['create']>['on']): void {
  const { options } = row;
  on('click', ({ resolve }) => resolve(sheetOf(row.cart)));
  on('shippingaddresschange', ({ address, resolve, reject }) =>
    answer(row, () => (options.onAddress ? options.onAddress(address) : row.cart), {
      resolve: (cart) => resolve(sheetOf(cart)),
      reject,
    }),
  );
  on('shippingratechange', ({ shippingRate, resolve, reject }) =>
    answer(row, () => (options.onRate ? options.onRate(shippingRate) : row.cart), {
      // Without the rates: told anew, the first of them would be chosen again.
      resolve: ({ lineItems }) => resolve({ ...(lineItems && { lineItems }) }),
      reject,
    }),
  );
  on('confirm', async (event) => {
    if (row.isBusy) return;
    row.isBusy = true;
    options.onOutcome(await agree(row, event).finally(() => (row.isBusy = false)));
  });
  on('cancel', () => options.onOutcome({ outcome: 'canceled' }));
}

type Calculation = () => Promise<ExpressCart | undefined> | ExpressCart | undefined;

async function answer(
  row: Row,
  calculate: Calculation,
  event: { resolve(cart: ExpressCart): void; reject(): void },
): Promise<void> {
  try {
    const next = await calculate();
    if (next === undefined) return event.reject();
    // The sum first: Stripe refuses lines that are more than it.
    show(row, next);
    event.resolve(next);
  } catch {
    event.reject();
  }
}

/** Everything between the customer's agreement and the money. Never throws: the wallet is told, and the shop. */
async function agree(row: Row, event: ConfirmEvent): Promise<Awaited<Parameters<ExpressOptions['onOutcome']>[0]>> {
  let customer: Customer | undefined;
  try {
    if (row.isDone || (row.ordered !== undefined && row.ordered !== ordered(row))) row.preOrder.forget();
    row.isDone = false;
    const token = await tokenOf(row).catch(rethrow);
    if ('outcome' in token) return failed(event, token);
    const session = await ask(row);
    customer = await row.preOrder.customer(token.id);
    await row.options.placeOrder(customer, row.preOrder.name() as PreOrderPaymentData);
    row.ordered = ordered(row);
    const confirmParams = { confirmation_token: token.id, return_url: row.options.returnUrl };
    const { clientSecret } = session;
    const asked = row.stripe.confirmPayment({ clientSecret, confirmParams, redirect: 'if_required' });
    const told = await asked.catch(rethrow);
    const result = { ...outcomeOf(told), preOrderPaymentData: row.preOrder.name(), customer };
    if (result.outcome === 'failed' || result.outcome === 'canceled') return failed(event, result);
    row.isDone = true;
    return result;
  } catch (error) {
    // What placeOrder threw is the shop's own, and comes back as it is.
    const code = error instanceof CheckoutError ? error.code : 'not_placed';
    return failed(event, { outcome: 'failed', code, error, ...(customer && { customer }) });
  }
}

/** Stripe's script throws texts that may hold a secret. */
function rethrow(error: unknown): never {
  throw thrown('misuse', error);
}

/** A payment that has its order changes no more: it is paid as it is, or left to that order. */
async function ask(row: Row) {
  const { preOrder, cart } = row;
  const isKnown = preOrder.name() !== undefined;
  if (isKnown && row.ordered === ordered(row)) return preOrder.present();
  row.ordered = undefined;
  try {
    return await preOrder.ask(cart);
  } catch (error) {
    if (!isKnown || !(error instanceof CheckoutError) || error.code !== 'refused') throw error;
    preOrder.forget();
    return preOrder.ask(cart);
  }
}

async function tokenOf({ stripe, elements, options }: Row): Promise<{ id: string } | Result> {
  const submitted = await elements.submit();
  if (submitted.error !== undefined) return outcomeOf(submitted);
  const made = await stripe.createConfirmationToken({ elements, params: { return_url: options.returnUrl } });
  return made.confirmationToken ?? outcomeOf(made);
}

function failed<R extends Result>(event: ConfirmEvent, result: R): R {
  event.paymentFailed({ reason: 'fail', ...(result.message && { message: result.message }) });
  return result;
}

function show(row: Row, cart: ExpressCart): void {
  row.cart = cart;
  row.elements.update(sumOf(cart));
}

function ordered({ cart: { amount, quote } }: Row): string {
  return `${amount} ${quote.currency.code}`;
}

function sumOf({ amount, quote }: ExpressCart) {
  return { amount, currency: quote.currency.code.toLowerCase() };
}

function sheetOf({ lineItems, shippingRates }: ExpressCart) {
  return { ...(lineItems && { lineItems }), ...(shippingRates && { shippingRates }) };
}
