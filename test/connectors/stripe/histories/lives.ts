/** The lives of payments whose events are turned round: what the shop, the customer, banks and Stripe did, in order. */
import type { History, Player } from './record.js';

const BANK_TRANSFER = { bankTransfer: { country: 'DE', graceDays: 3 } };
const SLOW_DEBIT = 'pm_sim_sepa_slow_success';

const authorized = async (player: Player, method?: string): Promise<void> => {
  await player.pays(method);
  await player.looks();
};
const captured = async (player: Player): Promise<void> => {
  await authorized(player);
  await player.captures();
};

const AUTHORIZED = 'payment_authorized 12000 of 101 102';
const CANCELED = 'payment_canceled 12000 of 101 102';
const PAID = [AUTHORIZED, 'payment_captured 12000 of 101 102'];

export const HISTORIES: readonly History[] = [
  {
    name: 'a card authorized and captured whole',
    play: captured,
    ends: { status: 'captured', captured: 12_000, told: [...PAID] },
  },
  {
    name: 'a card captured at Stripe by hand',
    play: async (player) => {
      await player.pays();
      await player.happens('capture');
    },
    ends: { status: 'captured', captured: 12_000, told: [...PAID] },
  },
  {
    name: 'a card of which a part is captured and the rest released',
    play: async (player) => {
      await authorized(player);
      await player.captures(5_000);
    },
    ends: { status: 'captured', captured: 5_000, told: [AUTHORIZED, 'payment_captured 5000 of 101'] },
  },
  {
    name: 'a card captured in part, the rest canceled',
    settings: { capture: { strategy: 'multi' } },
    play: async (player) => {
      await authorized(player);
      await player.captures(5_000);
      await player.cancels();
    },
    ends: {
      status: 'captured',
      captured: 5_000,
      told: [AUTHORIZED, 'payment_captured 5000 of 101', CANCELED],
    },
  },
  {
    name: 'a card authorized and canceled',
    play: async (player) => {
      await authorized(player);
      await player.cancels();
    },
    ends: { status: 'canceled', told: [AUTHORIZED, CANCELED] },
  },
  {
    name: 'a card canceled at Stripe by hand',
    play: async (player) => {
      await player.pays();
      await player.happens('cancel');
    },
    ends: { status: 'canceled', told: [AUTHORIZED, CANCELED] },
  },
  {
    name: 'a card whose authorization expires',
    play: async (player) => {
      await player.pays();
      await player.happens('expire_authorization');
    },
    ends: { status: 'canceled', told: [AUTHORIZED, CANCELED] },
  },
  {
    name: 'a card that is declined, then another one that pays',
    play: async (player) => {
      await player.pays('pm_card_visa_chargeDeclined');
      await captured(player);
    },
    ends: { status: 'captured', captured: 12_000, told: [...PAID] },
  },
  {
    name: 'a debit that the bank pays',
    play: async (player) => {
      await player.pays(SLOW_DEBIT);
      await player.happens('settle_debit', { outcome: 'succeed' });
    },
    ends: { status: 'captured', captured: 12_000, told: [...PAID] },
  },
  {
    name: 'a debit that the bank sends back',
    play: async (player) => {
      await player.pays(SLOW_DEBIT);
      await player.happens('settle_debit', { outcome: 'fail' });
    },
    ends: { status: 'authorization_failed', told: ['payment_authorization_failed 12000 of 101 102'] },
  },
  {
    name: 'a bank transfer in two parts',
    settings: BANK_TRANSFER,
    play: async (player) => {
      await player.pays('pm_sim_bank_transfer');
      await player.happens('fund_cash_balance', { amount: 5_000 });
      await player.happens('fund_cash_balance', { amount: 7_000 });
    },
    ends: { status: 'captured', captured: 12_000, told: [...PAID] },
  },
  {
    name: 'a bank transfer of too much',
    settings: BANK_TRANSFER,
    play: async (player) => {
      await player.pays('pm_sim_bank_transfer');
      await player.happens('fund_cash_balance', { amount: 15_000 });
    },
    ends: { status: 'overpaid', captured: 15_000, told: [...PAID, 'payment_overpaid 12000 of 101 102'] },
  },
  {
    name: 'a bank transfer of too little, waited for in vain and canceled',
    settings: BANK_TRANSFER,
    play: async (player) => {
      await player.pays('pm_sim_bank_transfer');
      await player.happens('fund_cash_balance', { amount: 5_000 });
      await player.waits(4);
      await player.cancels();
    },
    ends: {
      status: 'canceled',
      told: ['payment_capture_failed 12000 of 101 102', 'payment_underpaid 12000 of 101 102', CANCELED],
    },
  },
  {
    name: 'a captured card with two refunds of which one comes back from the bank',
    play: async (player) => {
      await captured(player);
      await player.refunds(4_000);
      const late = await player.refunds(3_000);
      await player.happens('bounce_refund', { refund: late });
    },
    ends: {
      status: 'partially refunded',
      captured: 12_000,
      refunded: 4_000,
      told: [
        ...PAID,
        'payment_refunded 4000 of 102',
        'payment_refunded 3000 of 101',
        'payment_refund_failed 3000 of 101',
      ],
    },
  },
  {
    name: 'a captured card given back whole at Stripe by hand',
    play: async (player) => {
      await captured(player);
      await player.happens('refund');
    },
    ends: {
      status: 'refunded',
      captured: 12_000,
      refunded: 12_000,
      told: [...PAID, 'payment_refunded 12000 of 101 102'],
    },
  },
  {
    name: 'a captured card of which a part is given back by hand, and a dispute that is lost',
    play: async (player) => {
      await captured(player);
      await player.happens('refund', { amount: 2_000 });
      await player.happens('open_dispute');
      await player.happens('close_dispute', { outcome: 'lost' });
    },
    ends: { status: 'partially refunded', captured: 12_000, refunded: 2_000, told: [...PAID] },
  },
  {
    name: 'a captured card with a warning of fraud, a review and a dispute that is won',
    play: async (player) => {
      await captured(player);
      await player.happens('early_fraud_warning');
      await player.happens('open_review');
      await player.happens('close_review');
      await player.happens('open_dispute');
      await player.happens('close_dispute', { outcome: 'won' });
    },
    ends: { status: 'captured', captured: 12_000, told: [...PAID] },
  },
];
