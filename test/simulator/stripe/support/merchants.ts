/** Connected accounts and charges to pay them from. */
import type Stripe from 'stripe';
import type { ControlPlane } from '../../../../src/simulator/stripe/index.js';

/** A connected account of this platform that may receive transfers, or (`outcome`) one that may not. */
export async function openAccount(
  stripe: Stripe,
  control: ControlPlane,
  more: { country?: string; outcome?: 'complete' | 'restricted' | 'rejected' | 'pending' | null } = {},
): Promise<string> {
  const { country = 'DE', outcome = 'complete' } = more;
  const { id } = await stripe.accounts.create({
    type: 'express',
    country,
    capabilities: { transfers: { requested: true } },
  });
  if (outcome !== null) await control.action('account', { account: id, outcome });
  return id;
}

/** A paid charge: its money is pending for two days, with `available` it is there at once. */
export async function chargeOf(
  stripe: Stripe,
  amount: number,
  more: { currency?: string; available?: boolean; transfer_group?: string } = {},
): Promise<string> {
  const { currency = 'eur', available = false, ...rest } = more;
  const intent = await stripe.paymentIntents.create({
    amount,
    currency,
    confirm: true,
    payment_method: available ? 'pm_card_bypassPending' : 'pm_card_visa',
    return_url: 'https://shop.example/return',
    ...rest,
  });
  return String(intent.latest_charge);
}

/** Minor units of this currency: what is there, what is on its way. */
export async function moneyOf(stripe: Stripe, account?: string, currency = 'eur') {
  const balance = await stripe.balance.retrieve({}, account === undefined ? {} : { stripeAccount: account });
  const of = (rows: { amount: number; currency: string }[]): number =>
    rows.find((row) => row.currency === currency)?.amount ?? 0;
  return { available: of(balance.available), pending: of(balance.pending) };
}
