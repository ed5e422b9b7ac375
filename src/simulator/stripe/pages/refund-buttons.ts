/** The buttons of a refund: whether it arrives, comes back, or waits for the customer in vain. */
import type Stripe from 'stripe';
import type { Button } from './payment-buttons.js';

const waitsForCustomer = ({ status }: Stripe.Refund): boolean => status === 'requires_action';

/** What can happen to a refund. */
export const REFUND_BUTTONS: readonly Button<Stripe.Refund>[] = [
  {
    id: 'settle',
    label: 'Settle',
    hint: 'The pending refund arrives.',
    action: 'settle_refund',
    params: ({ id }) => ({ refund: id }),
    offered: ({ status }) => status === 'pending',
  },
  {
    id: 'bounce',
    label: 'Bounce',
    hint: 'The bank sends the money back: the refund fails.',
    look: 'danger',
    action: 'bounce_refund',
    params: ({ id }) => ({ refund: id }),
    offered: ({ status }) => status === 'pending' || status === 'succeeded',
  },
  {
    id: 'give_bank_details',
    label: 'Name a bank account',
    hint: 'The customer says where the money should go.',
    action: 'give_bank_details',
    params: ({ id }) => ({ refund: id }),
    offered: waitsForCustomer,
  },
  {
    id: 'expire',
    label: 'Expire',
    hint: 'The customer never says where the money should go: the refund fails.',
    look: 'danger',
    action: 'expire_refund',
    params: ({ id }) => ({ refund: id }),
    offered: waitsForCustomer,
  },
];
