/** The points of the payment flow at which everything is killed: how each is held open, and how it is seen. */
import { clearFaults, control, type Places } from './flow.js';
import { hold, type Moment } from './holds.js';

export interface Stage {
  places: Places;
  databaseUrl(): Promise<string>;
}

export interface Armed {
  isReached(): Promise<boolean>;
  /** Takes away what held it, just before the kill: the programs that come up again must find a healthy world. */
  disarm(): Promise<void>;
  /** What has to be set right after the restart. */
  afterwards?(): Promise<void>;
}

export type Arm = (stage: Stage) => Promise<Armed>;

const CREATE = '/v1/payment_intents';
const CAPTURE = '/v1/payment_intents/*/capture';
const REFUND = '/v1/refunds';

/** The PSP got the request and never executes it. */
const neverExecuted = (path: string): Arm => faulty(path, ['hang']);
/** The PSP executes the request, cuts the connection, and is silent towards every repeat. */
const neverAnswered = (path: string): Arm => faulty(path, ['drop_after', 'hang']);

/** The SDK repeats a request some times by itself. */
const REPEATS = 5;

function faulty(path: string, effects: readonly string[]): Arm {
  return async ({ places }) => {
    const seen = ((await control(places, 'requests')) as { data: unknown[] }).data.length;
    for (const [index, effect] of effects.entries()) {
      const isLast = index === effects.length - 1;
      await control(places, 'faults', { match: { method: 'POST', path }, effect, times: isLast ? REPEATS : 1 });
    }
    return {
      isReached: async () => {
        const { data } = (await control(places, 'requests')) as { data: { fault: string | null }[] };
        const met = data.slice(seen).map(({ fault }) => fault);
        return effects.every((effect) => met.includes(effect));
      },
      disarm: () => clearFaults(places),
    };
  };
}

function held(moment: Moment): Arm {
  return async ({ databaseUrl }) => {
    const holding = await hold(await databaseUrl(), moment);
    return { isReached: holding.isReached, disarm: () => Promise.resolve() };
  };
}

/** The customer has paid and the PSP knows; nobody has told us. */
const webhooksHeldBack: Arm = async ({ places }) => {
  await control(places, 'webhooks/pause', {});
  return {
    isReached: async () => {
      const { data } = (await control(places, 'webhooks/deliveries?state=pending')) as { data: { type: string }[] };
      return data.some(({ type }) => type === 'payment_intent.amount_capturable_updated');
    },
    disarm: () => Promise.resolve(),
    afterwards: () => control(places, 'webhooks/resume', {}),
  };
};

/** Points by name, with the step they lie in. */
export const POINTS = {
  'initialize asked, not executed': { step: 'start', arm: neverExecuted(CREATE) },
  'initialize executed, not answered': { step: 'start', arm: neverAnswered(CREATE) },
  'initialize answered, not settled': { step: 'start', arm: held('payment answered') },
  'customer paid, webhook not delivered': { step: 'pay', arm: webhooksHeldBack },
  'webhook arrived, not stored': { step: 'pay', arm: held('webhook stored') },
  'webhook stored, not applied': { step: 'pay', arm: held('payment authorized') },
  'capture commanded, nothing asked': { step: 'capture', arm: held('capture begun') },
  'capture asked, not executed': { step: 'capture', arm: neverExecuted(CAPTURE) },
  'capture executed, not answered': { step: 'capture', arm: neverAnswered(CAPTURE) },
  'capture answered, not settled': { step: 'capture', arm: held('payment captured') },
  'PaymentCaptured written, not fetched': { step: 'capture', arm: held('PaymentCaptured fetched') },
  'PaymentCaptured fetched, not acknowledged': { step: 'capture', arm: held('PaymentCaptured acknowledged') },
  'refund asked, not executed': { step: 'refund', arm: neverExecuted(REFUND) },
  'refund executed, not answered': { step: 'refund', arm: neverAnswered(REFUND) },
  'refund answered, not settled': { step: 'refund', arm: held('payment refunded') },
  'PaymentRefunded written, not fetched': { step: 'refund', arm: held('PaymentRefunded fetched') },
} as const satisfies Record<string, { step: 'start' | 'pay' | 'capture' | 'refund'; arm: Arm }>;
export type Point = keyof typeof POINTS;
export type Step = (typeof POINTS)[Point]['step'];
export { faulty };
