/** The Stripe connector: cards and other methods by payment intents, on the official SDK. */
import type { Connector } from '../../kit/index.js';
import { accountVerbs } from './accounts.js';
import { NAME } from './api.js';
import { createAsk } from './ask.js';
import type { StripeOptions } from './client.js';
import { createReach, DEFAULT_OPTIONS } from './client.js';
import { confirmVerb } from './confirm.js';
import { createCustomer } from './customer.js';
import { domainVerbs } from './domains.js';
import { endpointVerbs } from './endpoints.js';
import { initializeVerb } from './initialize.js';
import { createMissedEvents } from './missed.js';
import { paymentMethods } from './offers.js';
import { page } from './page.js';
import { cancelVerb, captureVerb, refundVerb } from './payments.js';
import { createReadBack } from './readback.js';
import { capturing, PUBLIC, readSettings, SECRETS, settingsSchema, WEBHOOK_SECRETS } from './settings.js';
import { settingsTexts } from './settings-texts.js';
import { transferVerbs } from './transfers.js';
import { translate } from './translate.js';
import { createValidate } from './validate.js';
import { identify, verify } from './webhooks.js';

const CONFIGURATION: Connector['configuration'] = {
  schema: settingsSchema,
  secrets: SECRETS,
  public: PUBLIC,
  webhookSecrets: WEBHOOK_SECRETS,
  texts: settingsTexts,
};

/** Makes the connector with other time limits than the usual ones; each made one keeps its own clients. */
export function createStripeConnector(options: Partial<StripeOptions> = {}): Connector {
  const reach = createReach({ ...DEFAULT_OPTIONS, ...options });
  const ask = createAsk(reach);
  return {
    name: NAME,
    title: 'Stripe',
    configuration: CONFIGURATION,
    mode: (settings) => readSettings(settings).mode,
    validate: createValidate(reach),
    paymentMethods,
    capturing,
    initialize: initializeVerb(ask),
    capture: captureVerb(ask),
    cancel: cancelVerb(ask),
    refund: refundVerb(ask),
    confirm: confirmVerb(ask),
    readBack: createReadBack(reach),
    customer: createCustomer(reach),
    missedEvents: createMissedEvents(reach),
    webhooks: { identify, verify, translate },
    endpoints: endpointVerbs(reach),
    domains: domainVerbs(reach),
    marketplace: {
      ...accountVerbs(reach),
      ...transferVerbs(reach),
    },
    page,
  };
}

export const stripeConnector: Connector = createStripeConnector();

/** The name every connector's index is asked for. */
export { stripeConnector as connector };
export default stripeConnector;
