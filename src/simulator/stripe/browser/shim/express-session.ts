/** One express checkout, from the click on a button to its end: approved and paid, canceled, or never begun. */
import {
  contextOf,
  confirmIntent,
  createToken,
  type ApiAccess,
  type DeferredIntent,
  type FormValue,
} from '../shared/api.js';
import { WALLETS, type Approval, type FromSheet, type SheetWishes, type Wallet } from '../shared/express.js';
import { IntegrationError } from '../shared/errors.js';
import type { BillingDetails } from '../shared/protocol.js';
import type { Language } from '../shared/texts.js';
import type { PaymentSource } from './elements-group.js';
import { openingWishes, readChange, readWishes } from './express-options.js';
import type { Listeners } from './listeners.js';
import { checkOptions } from './options.js';
import { onFinish, openSheet, type Sheet } from './sheet.js';

/** What a session needs of its element. */
export interface SessionOwner {
  origin: string;
  access: ApiAccess;
  listeners: Listeners;
  language: Language;
  merchant: string;
  /** The element's own options. */
  wishes: SheetWishes;
  total(): { amount: number; currency: string };
  deferred(): DeferredIntent | undefined;
  /** The session is over. */
  ended(): void;
}

export interface ExpressSession {
  /** What was approved, while the page deals with it. */
  source(): PaymentSource | undefined;
  abandon(): void;
}

interface SessionState {
  owner: SessionOwner;
  wallet: Wallet;
  wishes: SheetWishes;
  sheet: Sheet | undefined;
  approval: Approval | undefined;
  over: boolean;
  forget: () => void;
}

/** `click` has to be answered in this time, else no sheet is shown. */
const CLICK_MS = 1_000;
/** An address or a rate nobody answers is refused after this time. */
const CHANGE_MS = 30_000;
/** A confirmation nobody brings to an end closes the sheet after this time. */
const CONFIRM_MS = 60_000;

/** Begins with the click: asks the page what it wants, then shows the sheet. */
export function beginSession(owner: SessionOwner, wallet: Wallet): ExpressSession {
  const session: SessionState = {
    ...{ owner, wallet, wishes: owner.wishes, sheet: undefined, approval: undefined, over: false },
    forget: () => undefined,
  };
  if (owner.listeners.has('click')) askPage(session);
  else open(session, {});
  return {
    source: () => (session.approval ? sourceOf(session, session.approval) : undefined),
    abandon: () => end(session),
  };
}

function askPage(session: SessionState): void {
  let answered = false;
  const timer = setTimeout(() => {
    end(session);
    throw new IntegrationError('The "click" event must be resolved within 1 second: no payment interface is shown.');
  }, CLICK_MS);
  const resolve = (value?: unknown): void => {
    if (session.over) throw new IntegrationError('The "click" event was resolved too late: more than 1 second.');
    if (answered) throw new IntegrationError('The "click" event has been resolved already.');
    const wishes = readWishes(checkOptions('resolve()', value));
    answered = true;
    clearTimeout(timer);
    try {
      open(session, wishes);
    } catch (error) {
      end(session);
      throw error;
    }
  };
  session.owner.listeners.emit('click', { expressPaymentType: session.wallet, resolve });
}

function open(session: SessionState, given: SheetWishes): void {
  const { owner, wallet } = session;
  const total = owner.total();
  session.wishes = openingWishes({ ...owner.wishes, ...given }, total.amount);
  const business = session.wishes.business?.name ?? owner.merchant;
  const options = { wallet, language: owner.language, ...total, business, wishes: session.wishes };
  session.sheet = openSheet(owner.origin, options, (message) => hear(session, message));
  session.forget = onFinish(() => {
    if (session.approval) end(session);
  });
}

function hear(session: SessionState, message: FromSheet): void {
  if (session.over) return;
  if (message.type === 'close') {
    end(session);
    session.owner.listeners.emit('cancel');
  } else if (message.type === 'address') {
    change(session, 'shippingaddresschange', { name: message.name, address: message.address });
  } else if (message.type === 'rate') change(session, 'shippingratechange', { shippingRate: message.rate });
  else if (message.type === 'approve') confirm(session, message.approval);
}

/** The page answers with new rates and lines, or refuses; one that does not listen changes nothing. */
function change(session: SessionState, event: string, content: Record<string, unknown>): void {
  const { owner } = session;
  let answered = false;
  const answer = (send: () => void): void => {
    if (answered || session.over) return;
    send();
    answered = true;
    clearTimeout(timer);
  };
  const reject = (): void => answer(() => session.sheet?.send({ type: 'rejected' }));
  const resolve = (value?: unknown): void =>
    answer(() => {
      const changed = readChange(value, owner.total().amount);
      session.sheet?.send({ type: 'changed', change: { ...owner.total(), ...changed } });
    });
  const timer = setTimeout(reject, CHANGE_MS);
  if (owner.listeners.has(event)) owner.listeners.emit(event, { ...content, resolve, reject });
  else resolve();
}

/** The buyer has approved: the page pays, and says when it could not. */
function confirm(session: SessionState, approval: Approval): void {
  const { owner, sheet, wallet } = session;
  session.approval = approval;
  sheet?.lock(true);
  const stillThis = (): boolean => session.approval === approval && !session.over;
  const paymentFailed = (value?: unknown): void => {
    const { reason = 'fail', message } = checkOptions('paymentFailed()', value) as {
      reason?: string;
      message?: string;
    };
    if (!stillThis()) return;
    session.approval = undefined;
    sheet?.lock(false);
    sheet?.send({ type: 'failed', reason, ...(message ? { message } : {}) });
  };
  if (!owner.listeners.has('confirm')) {
    console.warn('The simulated Stripe.js: nobody listens to the "confirm" event, so nothing is paid.');
    return paymentFailed();
  }
  const { rate, shipping } = approval;
  const results = owner.listeners.emit('confirm', {
    expressPaymentType: wallet,
    billingDetails: billingDetails(session, approval),
    ...(shipping ? { shippingAddress: shipping } : {}),
    ...(rate ? { shippingRate: rate } : {}),
    paymentFailed,
  });
  const finish = (): void => {
    if (stillThis()) end(session);
  };
  setTimeout(finish, CONFIRM_MS);
  // A handler that can be waited for is over when it says so; any other ends with the payment.
  const promises = results.filter((result) => typeof (result as Promise<unknown> | undefined)?.then === 'function');
  if (promises.length > 0) void Promise.allSettled(promises).then(finish);
}

function end(session: SessionState): void {
  if (session.over) return;
  session.over = true;
  session.approval = undefined;
  session.forget();
  session.sheet?.close();
  session.owner.ended();
}

/** Only what the page asked for; country and postal code are always there, as wallets tell them. */
function billingDetails({ wishes }: SessionState, { billing, contact }: Approval) {
  const { country, postal_code } = billing;
  const less = { line1: '', line2: null, city: '', state: '', postal_code, country };
  return {
    name: contact.name,
    ...(wishes.emailRequired ? { email: contact.email } : {}),
    ...(wishes.phoneNumberRequired ? { phone: contact.phone } : {}),
    address: wishes.billingAddressRequired ? billing : less,
  };
}

function sourceOf(session: SessionState, approval: Approval): PaymentSource {
  const { access, deferred } = session.owner;
  const paidBy = (billing: BillingDetails, given: { [key: string]: FormValue }): { [key: string]: FormValue } => ({
    ...given,
    payment_method_data: {
      type: WALLETS[approval.wallet].type,
      sim_wallet: { type: approval.wallet, outcome: approval.outcome },
      billing_details: payer(session, approval, billing),
    },
    shipping: given['shipping'] ?? shippingOf(session, approval),
  });
  return {
    validate: () => Promise.resolve({}),
    chosen: () => approval.wallet,
    confirm: async ({ clientSecret, billing, parameters }) => {
      const values = { ...paidBy(billing, parameters), use_stripe_sdk: true };
      return (await confirmIntent(access, clientSecret, values)).result;
    },
    token: async ({ billing, parameters }) => {
      const intent = deferred();
      const context = intent ? { client_context: contextOf(intent) } : {};
      const answer = await createToken(access, { ...paidBy(billing, parameters), ...context });
      return answer.error ? { error: answer.error } : { confirmationToken: answer.body };
    },
  };
}

/** Klarna has to know the email address; of the others only what the page asked for is passed on. */
function payer(session: SessionState, approval: Approval, extra: BillingDetails): FormValue {
  const { address, ...rest } = billingDetails(session, approval);
  const email = approval.wallet === 'klarna' ? { email: approval.contact.email } : {};
  return { ...email, ...rest, ...extra, address: { ...address, ...extra.address } } as FormValue;
}

function shippingOf({ wishes }: SessionState, { contact, shipping }: Approval): FormValue {
  if (!shipping) return undefined;
  const phone = wishes.phoneNumberRequired ? { phone: contact.phone } : {};
  return { name: shipping.name, address: { ...shipping.address }, ...phone } as FormValue;
}
