/** The part of a tenant's settings that says how merchants get accounts: schema, defaults, and what must agree. */
import type { OnboardingOffer, Settings, Static } from '../../kit/index.js';
import { Type } from '../../kit/index.js';

/** One of a few words; the first one is the default, where the description names one. */
export const choice = <const Choices extends readonly string[]>(choices: Choices, description: string) =>
  Type.Optional(
    Type.Union(
      choices.map((value) => Type.Literal(value as Choices[number])),
      { description, ...(description.includes('Default: ') ? { default: choices[0] } : {}) },
    ),
  );

/** JSON Schema of `connect`. */
export const connectSchema = Type.Object(
  {
    apiGeneration: choice(['v2', 'v1'], 'Which of Stripe’s two interfaces for accounts is used. Default: v2.'),
    defaultCountry: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z]{2}$',
        description: 'Country of merchants until they name theirs. Default: DE.',
      }),
    ),
    contactEmail: Type.Optional(
      Type.String({
        pattern: '^[^\\s@]+@[^\\s@]+$',
        maxLength: 254,
        description: 'Address Stripe writes to about a merchant until it has given its own; v2 needs one in live mode.',
      }),
    ),
    feesCollector: choice(['application', 'stripe'], 'Who collects Stripe’s fees of merchants. Default: application.'),
    lossesCollector: choice(['application', 'stripe'], 'Who bears losses of merchants. Default: application.'),
    dashboard: choice(['express', 'full', 'none'], 'Which of Stripe’s dashboards merchants get. Default: express.'),
    onboarding: Type.Optional(
      Type.Object(
        {
          strategy: choice(
            ['api', 'redirect', 'iframe'],
            'What the shop is told: to ask us, or your url. Default: api.',
          ),
          url: Type.Optional(
            Type.String({ maxLength: 255, description: 'Where merchants begin, with redirect and iframe.' }),
          ),
          answers: choice(
            ['redirect', 'iframe', 'content'],
            'How a shop that asks sends merchants on. Default: redirect.',
          ),
        },
        { description: 'How merchants begin.' },
      ),
    ),
  },
  { description: 'Accounts of a marketplace’s merchants.' },
);

export interface ConnectSettings {
  apiGeneration: 'v2' | 'v1';
  /** ISO 3166 alpha-2, upper case. */
  defaultCountry: string;
  contactEmail?: string;
  feesCollector: 'application' | 'stripe';
  lossesCollector: 'application' | 'stripe';
  dashboard: 'express' | 'full' | 'none';
  onboarding: OnboardingOffer;
}

/** Fills in the defaults; empty texts count as absent. */
export function readConnect(settings: Settings): ConnectSettings {
  const given = (settings as { connect?: Static<typeof connectSchema> }).connect ?? {};
  const { strategy, url, answers } = given.onboarding ?? {};
  return {
    apiGeneration: given.apiGeneration || 'v2',
    defaultCountry: (given.defaultCountry || 'DE').toUpperCase(),
    ...(given.contactEmail ? { contactEmail: given.contactEmail } : {}),
    feesCollector: given.feesCollector || 'application',
    lossesCollector: given.lossesCollector || 'application',
    dashboard: given.dashboard || 'express',
    onboarding: {
      isAnnounced: true,
      strategy: strategy || 'api',
      ...(url ? { url } : {}),
      answers: answers || 'redirect',
    },
  };
}

/** What does not agree, by property. */
export function connectFaults(settings: Settings, mode: 'test' | 'live'): [string, string][] {
  const { apiGeneration, contactEmail, lossesCollector, dashboard, onboarding } = readConnect(settings);
  const faults: [string, string][] = [];
  if (onboarding.strategy !== 'api' && !/^https?:\/\/\S+$/.test(onboarding.url ?? ''))
    faults.push(['connect.onboarding.url', 'must be an address, because the shop is told not to ask us']);
  if (apiGeneration === 'v2' && mode === 'live' && contactEmail === undefined)
    faults.push(['connect.contactEmail', 'must be set in live mode: Stripe makes no account without an address']);
  if (dashboard !== 'full' && lossesCollector === 'stripe')
    faults.push(['connect.lossesCollector', 'can be Stripe only where merchants get the full dashboard']);
  return faults;
}
