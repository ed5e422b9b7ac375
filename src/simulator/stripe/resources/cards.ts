/** Test cards and what they do: https://docs.stripe.com/testing. No other number is accepted, none is stored. */

export interface CardScript {
  /** Name of the behaviour; also the test payment method id. */
  id: string;
  number: string | null;
  brand: string;
  /** Refused with this `code` and `decline_code` (after authentication when `challenge` is set). */
  decline?: { code: string; decline_code?: string; message: string };
  challenge?: 'always' | 'unless_set_up';
  refund?: 'pending' | 'fails_later';
  /** The charge is blocked before it reaches the bank. */
  blocked?: boolean;
  /** A dispute follows (recorded for later; the charge succeeds). */
  dispute?: boolean;
  /** Money is available at once. */
  available?: boolean;
  /** Simulator's own markers. */
  multicapture?: 'unavailable';
  /** How much more than authorized may be captured, in percent. */
  overcapturePercent?: number;
  /** Authorization ends after this many seconds instead of seven days. */
  authorizationSeconds?: number;
}

const declined = (decline_code: string, code = 'card_declined', message = 'Your card was declined.') => ({
  code,
  ...(code === 'card_declined' ? { decline_code } : {}),
  message,
});

/** Every card by behaviour. `pm_sim_*` are the simulator's own and have no number. */
export const CARDS: readonly CardScript[] = [
  { id: 'pm_card_visa', number: '4242424242424242', brand: 'visa' },
  { id: 'pm_card_mastercard', number: '5555555555554444', brand: 'mastercard' },
  { id: 'pm_card_amex', number: '378282246310005', brand: 'amex' },
  {
    id: 'pm_card_visa_chargeDeclined',
    number: '4000000000000002',
    brand: 'visa',
    decline: declined('generic_decline'),
  },
  {
    id: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    number: '4000000000009995',
    brand: 'visa',
    decline: declined('insufficient_funds', 'card_declined', 'Your card has insufficient funds.'),
  },
  {
    id: 'pm_card_visa_chargeDeclinedLostCard',
    number: '4000000000009987',
    brand: 'visa',
    decline: declined('lost_card'),
  },
  {
    id: 'pm_card_visa_chargeDeclinedStolenCard',
    number: '4000000000009979',
    brand: 'visa',
    decline: declined('stolen_card'),
  },
  {
    id: 'pm_card_chargeDeclinedExpiredCard',
    number: '4000000000000069',
    brand: 'visa',
    decline: declined('', 'expired_card', 'Your card has expired.'),
  },
  {
    id: 'pm_card_chargeDeclinedIncorrectCvc',
    number: '4000000000000127',
    brand: 'visa',
    decline: declined('', 'incorrect_cvc', "Your card's security code is incorrect."),
  },
  {
    id: 'pm_card_chargeDeclinedProcessingError',
    number: '4000000000000119',
    brand: 'visa',
    decline: declined(
      '',
      'processing_error',
      'An error occurred while processing your card. Try again in a little bit.',
    ),
  },
  { id: 'pm_card_chargeCustomerFail', number: '4000000000000341', brand: 'visa', decline: declined('generic_decline') },
  {
    id: 'pm_card_authenticationRequiredOnSetup',
    number: '4000002500003155',
    brand: 'visa',
    challenge: 'unless_set_up',
  },
  { id: 'pm_card_authenticationRequired', number: '4000002760003184', brand: 'visa', challenge: 'always' },
  { id: 'pm_card_threeDSecure2Required', number: '4000000000003220', brand: 'visa', challenge: 'always' },
  {
    id: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    number: '4000008260003178',
    brand: 'visa',
    challenge: 'always',
    decline: declined('insufficient_funds', 'card_declined', 'Your card has insufficient funds.'),
  },
  {
    id: 'pm_card_threeDSecureRequiredChargeDeclined',
    number: '4000008400001629',
    brand: 'visa',
    challenge: 'always',
    decline: declined('generic_decline'),
  },
  {
    id: 'pm_card_radarBlock',
    number: '4100000000000019',
    brand: 'visa',
    blocked: true,
    decline: declined('fraudulent'),
  },
  { id: 'pm_card_createDispute', number: '4000000000000259', brand: 'visa', dispute: true },
  { id: 'pm_card_bypassPending', number: '4000000000000077', brand: 'visa', available: true },
  { id: 'pm_card_pendingRefund', number: '4000000000007726', brand: 'visa', refund: 'pending' },
  { id: 'pm_card_refundFail', number: '4000000000005126', brand: 'visa', refund: 'fails_later' },
  { id: 'pm_sim_multicapture_unavailable', number: null, brand: 'visa', multicapture: 'unavailable' },
  { id: 'pm_sim_overcapture', number: null, brand: 'visa', overcapturePercent: 15 },
  { id: 'pm_sim_short_authorization', number: null, brand: 'visa', authorizationSeconds: 3600 },
];

const byId = new Map(CARDS.map((card) => [card.id, card]));
const byNumber = new Map(CARDS.flatMap((card) => (card.number === null ? [] : [[card.number, card] as const])));

/** The behaviour with this name. Every stored name exists; an unknown one is a test payment method nobody published. */
export const cardById = (id: string): CardScript | undefined => byId.get(id);

/** The behaviour of this number, or undefined when it is not a published test number. */
export const cardByNumber = (number: string): CardScript | undefined => byNumber.get(number);

/** Other names Stripe publishes for the same cards. */
export const CARD_ALIASES: Record<string, string> = {
  pm_card_chargeDeclined: 'pm_card_visa_chargeDeclined',
  pm_card_chargeDeclinedInsufficientFunds: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  pm_card_threeDSecureRequired: 'pm_card_threeDSecure2Required',
};

/** Whether the check digit is right: https://en.wikipedia.org/wiki/Luhn_algorithm */
export function passesLuhn(number: string): boolean {
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return /^\d{12,19}$/.test(number) && sum % 10 === 0;
}
