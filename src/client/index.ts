/**
 * `quittance/client`: what a front-end needs to take a payment on its own pages, through the storefront endpoints of
 * docs/protocol.md and Stripe's script. No dependency, no storage, no log. docs/headless.md is the walk-through.
 */
export { createCheckout, type Checkout, type CheckoutOptions } from './checkout.js';
export { CheckoutError, type CheckoutErrorCode, type Fault } from './errors.js';
export type { MountOptions } from './element.js';
export type { ExpressButtons, ExpressOptions } from './express.js';
export type {
  Address, Asking, Buyer, Customer, CustomerAddress, Expense, ExpressCart, ExpressQuote, Line, LineItem, Method, Outcome,
  PreOrderPaymentData, Quote, Result, ShippingRate, WalletAddress,
} from './types.js'; // prettier-ignore
