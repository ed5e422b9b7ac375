/** Registers our webhook address at Stripe and takes it away again. */
import type Stripe from 'stripe';
import type { Asking, Context, EndpointAnswer, EndpointVerbs, Json, Parameters } from '../../kit/index.js';
import { problem } from '../../kit/index.js';
import { ACCOUNT_EVENTS } from './account-events.js';
import { API_VERSION, APP_NAME, APP_VERSION } from './api.js';
import type { Reach } from './client.js';
import { readConnect } from './connect-settings.js';
import { destinationBody, destinationFault, registerDestination, removeDestination } from './destinations.js';
import { classify } from './errors.js';
import { ENABLED_EVENTS } from './events.js';
import { readSettings } from './settings.js';

/** Purposes besides payments: events of connected accounts, and thin events about accounts of v2. */
const CONNECT = 'connect';
const THIN = 'thin';

type RegisterParameters = { body: { url: string; [key: string]: Json } };

/** Makes the verbs. Both are safe to repeat with the same key. */
export function endpointVerbs(reach: Reach): EndpointVerbs {
  return {
    wanted: (settings) => readSettings(settings).webhook.mode === 'managed',
    further: (settings) => {
      if (readSettings(settings).businessModel !== 'marketplace') return [];
      return readConnect(settings).apiGeneration === 'v2' ? [CONNECT, THIN] : [CONNECT];
    },
    credentials: (settings) => {
      const { secretKey, webhook } = readSettings(settings);
      return [secretKey, webhook.secret ?? '', webhook.secretPrevious ?? ''];
    },
    register: {
      prepare: prepareRegister,
      ask: (asking, context) =>
        told(reach, context, (stripe) =>
          asking.parameters.purpose === THIN ? registerDestination(stripe, asking) : register(stripe, asking, context),
        ),
    },
    remove: {
      prepare: ({ endpointId, purpose }): Parameters => ({ endpointId, ...(purpose === THIN ? { purpose } : {}) }),
      ask: (asking, context) =>
        told(reach, context, async (stripe) => {
          const endpointId = String(asking.parameters.endpointId);
          await (asking.parameters.purpose === THIN ? removeDestination : remove)(stripe, endpointId);
          return { answer: 'completed', endpointId };
        }),
    },
    inspect: (endpointId, context, purpose) =>
      reach.within(
        reach
          .client(context)
          .then((stripe) =>
            purpose === THIN
              ? destinationFault(stripe, endpointId)
              : fault(stripe, endpointId, purpose === CONNECT ? ACCOUNT_EVENTS : ENABLED_EVENTS),
          ),
      ),
  };
}

function prepareRegister(
  { url, operationId, purpose }: { url: string; operationId: string; purpose?: string },
  context: Context,
): Parameters {
  const metadata = {
    psp_tenant: context.tenant.hash,
    psp_installation: new URL(url).host,
    psp_command_id: operationId,
    psp_app_version: APP_VERSION,
  };
  if (purpose === THIN) return { purpose, body: destinationBody(url, metadata) };
  const isConnect = purpose === CONNECT;
  return {
    body: {
      url,
      enabled_events: isConnect ? [...ACCOUNT_EVENTS] : [...ENABLED_EVENTS],
      api_version: API_VERSION,
      description: APP_NAME,
      ...(isConnect ? { connect: true } : {}),
      metadata,
    },
  };
}

/**
 * The secret is told only when an endpoint is made, so a new one is made and those that stood for the same address
 * are taken away after it: no event is lost in between, and one told twice is applied once.
 */
async function register(stripe: Stripe, asking: Asking, context: Context): Promise<EndpointAnswer> {
  const { body } = asking.parameters as RegisterParameters;
  const made = await create(stripe, body as unknown as Stripe.WebhookEndpointCreateParams, asking.idempotencyKey);
  try {
    const known = await stripe.webhookEndpoints.list({ limit: 100 });
    for (const endpoint of known.data) {
      const ours = endpoint.url === body.url && endpoint.metadata.psp_tenant === context.tenant.hash;
      if (ours && endpoint.id !== made.id) await remove(stripe, endpoint.id);
    }
  } catch (error) {
    context.log('stripe.old_endpoint_stays', { class: classify(error).problem.class });
  }
  return { answer: 'completed', endpointId: made.id, ...(made.secret === undefined ? {} : { secret: made.secret }) };
}

/** Stripe disables an endpoint that fails for days, and people change them by hand. */
async function fault(stripe: Stripe, endpointId: string, wanted: readonly string[]): Promise<string | undefined> {
  try {
    const endpoint = await stripe.webhookEndpoints.retrieve(endpointId);
    if (endpoint.status !== 'enabled') return `it is ${endpoint.status}`;
    if (endpoint.api_version !== API_VERSION) return `its API version is ${endpoint.api_version}`;
    const told = new Set(endpoint.enabled_events);
    const missing = wanted.filter((type) => !told.has(type));
    return missing.length === 0 || told.has('*') ? undefined : `it lacks ${missing.join(', ')}`;
  } catch (error) {
    if (classify(error).problem.class !== 'not_found') throw error;
    return 'it is gone';
  }
}

/** With a key whose stored answer is an error for good, a second key is used; what the first one made is removed. */
async function create(stripe: Stripe, wanted: Stripe.WebhookEndpointCreateParams, idempotencyKey: string) {
  try {
    return await stripe.webhookEndpoints.create(wanted, { idempotencyKey });
  } catch (error) {
    if (!classify(error).keySpent) throw error;
    return stripe.webhookEndpoints.create(wanted, { idempotencyKey: `${idempotencyKey}:2` });
  }
}

async function remove(stripe: Stripe, endpointId: string): Promise<void> {
  try {
    await stripe.webhookEndpoints.del(endpointId);
  } catch (error) {
    if (classify(error).problem.class !== 'not_found') throw error;
  }
}

async function told(
  reach: Reach,
  context: Context,
  work: (stripe: Stripe) => Promise<EndpointAnswer>,
): Promise<EndpointAnswer> {
  try {
    return await reach.within(reach.client(context).then(work));
  } catch (error) {
    const failure = classify(error);
    const { class: kind, message, code } = failure.problem;
    return { answer: failure.definitive ? 'rejected' : 'unknown', problem: problem(kind, message, code) };
  }
}
