/** A marketplace at the simulated Stripe: merchants are onboarded by the door, and what the shop hears of them. */
import { sql } from 'kysely';
import type { ControlActions } from '../../src/simulator/stripe/control.js';
import { told } from '../http/doors.js';
import type { StripeShop, StripeWorld } from '../support/stripe.js';

const URLS = { successUrl: 'https://portal.example/done', errorUrl: 'https://portal.example/no' };

export type Outcome = ControlActions['account']['outcome'];

export interface Marketplace extends StripeShop {
  onboard(merchantReference?: string): ReturnType<StripeShop['call']>;
  merchant(
    merchantReference?: string,
  ): Promise<{ account_id: string; onboarding_status: string; next_look_at: string | null }>;
  /** Statuses the shop was told, oldest first. */
  statuses(): Promise<unknown[]>;
  /** Somebody at Stripe or at the merchant does this; does not wait for what follows. */
  happens(outcome: Outcome): Promise<void>;
}

export async function marketplaceAt(world: StripeWorld, connect: Record<string, unknown> = {}): Promise<Marketplace> {
  const shop = await world.shop({ businessModel: 'marketplace', connect });
  const merchant: Marketplace['merchant'] = async (merchantReference = 'MER000001') => {
    const { rows } = await sql<{ account_id: string; onboarding_status: string; next_look_at: string | null }>`
      select account_id, onboarding_status, next_look_at from merchants
      where tenant_id = ${shop.tenantId} and merchant_reference = ${merchantReference}`.execute(world.app.app.db);
    return rows[0]!;
  };
  return {
    ...shop,
    merchant,
    onboard: (merchantReference = 'MER000001') => {
      const body = { merchant: { merchantReference, name: 'Sony Experts' }, ...URLS };
      return shop.call('/private/merchants/onboarding', body, { endpoint: 'merchant-onboarding' });
    },
    statuses: async () =>
      (await told(world.app, shop.tenantId))
        .filter(({ name }) => name === 'MerchantAppOnboardingStatusChanged')
        .map(({ payload }) => payload['status']),
    happens: async (outcome) => {
      const { account_id: account } = await merchant();
      await world.control.action('account', { account, outcome });
    },
  };
}
