/** What a transfer is paid from, and to whom: every reason for which Stripe refuses one.
 * https://docs.stripe.com/connect/separate-charges-and-transfers */
import type Stripe from 'stripe';
import type { Call } from '../core/call.js';
import { ApiError, wrongState } from '../core/errors.js';
import { PLATFORM_COUNTRY } from './account.js';
import { fundsOf } from './balance.js';
import { connectedAccount } from './connected-accounts.js';

/** Platforms here may send money to accounts anywhere here; elsewhere only within one country.
 * https://docs.stripe.com/connect/account-capabilities */
const ONE_REGION = new Set(
  `AT BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK US`.split(' '),
);

export interface TransferAsked {
  amount: number;
  currency: string;
  destination: string;
  source_transaction?: string;
}

const refused = (message: string, param: string): ApiError =>
  new ApiError(400, { type: 'invalid_request_error', message, param });

/** Refuses a destination that is unknown, may not receive transfers, or is in another region. */
export function checkDestination(call: Call, id: string): void {
  // A connected account has no accounts of its own.
  const found = call.account === call.platform ? connectedAccount(call, id) : undefined;
  if (!found) throw wrongState('resource_missing', `No such destination: '${id}'`, { param: 'destination' });
  if (found.rejected || found.transfers !== 'active') {
    const message =
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments';
    throw wrongState('insufficient_capabilities_for_transfer', message);
  }
  const near = ONE_REGION.has(PLATFORM_COUNTRY) && ONE_REGION.has(found.country);
  if (near || found.country === PLATFORM_COUNTRY) return;
  const message = `Funds can't be sent to accounts located in ${found.country} because it's restricted outside of your platform's region.`;
  throw wrongState('transfers_not_allowed', message, { param: 'destination' });
}

/**
 * The charge a transfer is paid from, and when its money is available (seconds since 1970); null for one that is paid
 * from what the platform has available, which has to suffice.
 */
export function sourceOf(call: Call, asked: TransferAsked): { charge: Stripe.Charge | null; availableOn: number } {
  if (asked.source_transaction !== undefined) return chargeAsSource(call, asked, asked.source_transaction);
  if (fundsOf(call, asked.currency).available >= asked.amount) return { charge: null, availableOn: call.now };
  const message =
    'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card.';
  throw wrongState('balance_insufficient', message);
}

function chargeAsSource(call: Call, asked: TransferAsked, id: string) {
  const param = 'source_transaction';
  const charge = call.tx.get('charges', call.account, id);
  if (!charge) throw wrongState('resource_missing', `No such charge: '${id}'`, { param });
  const taken = call.tx
    .all('balance_transactions', call.account)
    .filter(({ source, type }) => source === id && (type === 'charge' || type === 'payment'));
  const [first] = taken;
  if (!first) throw refused(`Charge ${id} has not been captured and cannot be the source of a transfer.`, param);
  if (first.currency !== asked.currency) {
    const message = `The currency of source_transaction's balance transaction (${first.currency}) must be the same as the transfer currency (${asked.currency})`;
    throw wrongState('transfer_source_balance_parameters_mismatch', message, { param: 'currency' });
  }
  const most = taken.reduce((sum, { amount }) => sum + amount, 0);
  const sent = sentFrom(call, id);
  if (sent + asked.amount > most) {
    const message = `Transfers from ${id} must not exceed its amount of ${most} ${asked.currency}; ${sent} ${asked.currency} have been transferred from it.`;
    throw refused(message, 'amount');
  }
  // Parts of a charge become available one after the other; no money leaves before it is there.
  return { charge, availableOn: Math.max(...taken.map((entry) => entry.available_on)) };
}

/** Minor units that were transferred from this charge and not taken back. */
function sentFrom(call: Call, charge: string): number {
  return call.tx
    .all('transfers', call.account)
    .filter((transfer) => transfer.source_transaction === charge)
    .reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0);
}
