/** One payment before there is an order: asked for, changed with the cart, given up. Knows nothing of any page. */
import { CheckoutError } from './errors.js';
import type { Post } from './facade.js';
import type { Customer, ExpressQuote, Method, PreOrderPaymentData } from './types.js';

/** What Stripe's script needs to let the customer pay once. The client secret leaves the browser to Stripe only. */
export interface Session {
  transactionId: string;
  clientSecret?: string;
  publishableKey?: string;
  accountId?: string;
}

export interface PreOrder {
  /**
   * Asks for the payment, or changes it. While one asking is under way the next ones wait, and of those that wait only
   * the last is sent; all of them resolve when the app knows the last. Throws CheckoutError.
   */
  ask(asking: { quote: ExpressQuote; amount: number }): Promise<Session>;
  /** The session when the app knows the present cart. Throws CheckoutError `stale` or `misuse`. */
  present(): Promise<Session>;
  /** Who pays, as the PSP knows it from its wallet. */
  customer(confirmationTokenId: string): Promise<Customer>;
  /** Names the payment to the shop's server; undefined before the first answer. */
  name(): PreOrderPaymentData | undefined;
  /** Gives the payment up; nothing to do when there is none. Safe to repeat. */
  cancel(): Promise<void>;
  /** The next asking is a new payment. */
  forget(): void;
  /** Goes on with a payment from before the customer left for another site. */
  adopt(session: Session): void;
}

/** Starts without a payment. */
export function openPreOrder(post: Post, method: Method): PreOrder {
  const chosen = { paymentProviderName: method.providerName, paymentMethodName: method.name };
  let session: Session | undefined;
  let wanted: { quote: ExpressQuote; amount: number } | undefined;
  let running: Promise<Session> | undefined;
  let isStale = false;

  async function send(): Promise<Session> {
    while (wanted !== undefined) {
      const { quote, amount } = wanted;
      wanted = undefined;
      isStale = true;
      const payment = { ...chosen, amount };
      const preOrderPaymentData = { ...nameOf(session) };
      const told = await post('payments', { quote, payment, preOrderPaymentData });
      session = sessionOf(told['preOrderPaymentData']);
      isStale = false;
    }
    return session as Session;
  }

  return {
    ask(asking) {
      checkAmount(asking.amount);
      wanted = asking;
      running ??= send().finally(() => (running = undefined));
      return running;
    },
    async present() {
      await running?.catch(() => undefined);
      if (session === undefined) throw new CheckoutError('misuse', 'Call init() first.');
      if (isStale) throw new CheckoutError('stale', 'The last change of the cart is not known to the payment service.');
      return session;
    },
    async customer(confirmationTokenId) {
      const transactionId = session?.transactionId;
      const customerPaymentServiceProviderData = { transactionId, confirmationTokenId };
      const told = await post('payment-customers', { payment: chosen, customerPaymentServiceProviderData });
      return (told['customer'] ?? {}) as Customer;
    },
    name: () => nameOf(session),
    async cancel() {
      await running?.catch(() => undefined);
      const preOrderPaymentData = nameOf(session);
      if (preOrderPaymentData === undefined) return;
      // The page may be closing: browsers finish such a request all the same.
      await post('payment-cancellations', { payment: chosen, preOrderPaymentData }, { keepalive: true });
      session = undefined;
    },
    forget() {
      session = undefined;
    },
    adopt(former) {
      session = former;
    },
  };
}

/** Everything but the client secret. */
function nameOf(session: Session | undefined): PreOrderPaymentData | undefined {
  if (session === undefined) return undefined;
  const { clientSecret: _secret, ...name } = session;
  return name;
}

function sessionOf(told: unknown): Session {
  const fields = Object.entries(typeof told === 'object' && told !== null ? told : {});
  const session = Object.fromEntries(fields.filter(([, value]) => typeof value === 'string'));
  if (session['transactionId'] === undefined) {
    throw new CheckoutError('refused', 'The payment service answered without a transactionId.');
  }
  return session as unknown as Session;
}

function checkAmount(amount: number): void {
  if (Number.isSafeInteger(amount) && amount > 0) return;
  throw new CheckoutError('misuse', 'The amount is a whole number of minor units, 1 or more.');
}
