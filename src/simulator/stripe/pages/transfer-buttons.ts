/** The buttons of a transfer: somebody in the dashboard takes it back. */
import type Stripe from 'stripe';
import type { Button } from './payment-buttons.js';

/** What can happen to a transfer. */
export const TRANSFER_BUTTONS: readonly Button<Stripe.Transfer>[] = [
  {
    id: 'reverse',
    label: 'Reverse',
    hint: 'Somebody takes money back from the merchant in Stripe’s dashboard.',
    look: 'danger',
    action: 'transfer-reverse',
    params: ({ id }) => ({ transfer: id }),
    amount: (transfer) => transfer.amount - transfer.amount_reversed,
    offered: ({ reversed }) => !reversed,
  },
];
