/** Makes the shop's pages lively: sums while choosing, and sections that renew themselves when something happened. */
import { adoptCheckout } from './parts/checkout.js';
import { adoptPaymentFrame } from './parts/inside.js';
import { followChanges } from './parts/live.js';

adoptCheckout(document);
adoptPaymentFrame(document);
followChanges();
