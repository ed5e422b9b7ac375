/** Actions of wallets: allowed on a host or not, and tokens that wait too long. */
import type { Call } from '../core/call.js';
import { invalidParameter, missing } from '../core/errors.js';
import { forceWallet } from '../resources/payment-method-domains.js';
import { WALLETS } from '../resources/wallets.js';
import type { Action, ActionParams } from './action.js';

function domainWallet(call: Call, params: ActionParams): object {
  const wallet = WALLETS.find((known) => known === params.wallet);
  if (!wallet) throw invalidParameter('wallet', `wallet is one of ${WALLETS.join(', ')}`);
  const { status } = params;
  if (status !== 'active' && status !== 'inactive') {
    throw invalidParameter('status', 'status is active or inactive');
  }
  return forceWallet(call, params.payment_method_domain ?? '', wallet, status);
}

function expireToken(call: Call, { confirmation_token = '' }: ActionParams): object {
  const token = call.tx.get('confirmation_tokens', call.account, confirmation_token);
  if (!token) throw missing('confirmation token', confirmation_token, 'confirmation_token');
  if (token.payment_intent !== null) throw invalidParameter('confirmation_token', `${token.id} has been used.`);
  const expired = { ...token, expires_at: call.now };
  call.tx.put('confirmation_tokens', call.account, expired);
  return expired;
}

export const WALLET_ACTIONS: Record<string, Action> = {
  domain_wallet: { subjects: ['payment_method_domain'], run: domainWallet },
  expire_confirmation_token: { subjects: ['confirmation_token'], run: expireToken },
};
