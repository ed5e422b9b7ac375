/** Event destinations: where Stripe sends thin events of v2. https://docs.stripe.com/api/v2/core/event-destinations */
import type Stripe from 'stripe';
import type { Asking, EndpointAnswer, Json } from '../../kit/index.js';
import { THIN_EVENTS } from './account-events.js';
import { APP_NAME } from './api.js';
import { classify } from './errors.js';

/** What is sent to make one. Events of accounts belong to the accounts, not to the platform itself. */
export function destinationBody(url: string, metadata: Record<string, string>): Record<string, Json> {
  return {
    name: APP_NAME,
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: [...THIN_EVENTS],
    events_from: ['@accounts'],
    include: ['webhook_endpoint.signing_secret'],
    webhook_endpoint: { url },
    metadata,
  };
}

/** Makes one; its secret is told only now. Safe to repeat with the same key. */
export async function registerDestination(stripe: Stripe, asking: Asking): Promise<EndpointAnswer> {
  const { body } = asking.parameters as unknown as { body: Stripe.V2.Core.EventDestinationCreateParams };
  const made = await stripe.v2.core.eventDestinations.create(body, { idempotencyKey: asking.idempotencyKey });
  const secret = made.webhook_endpoint?.signing_secret;
  return { answer: 'completed', endpointId: made.id, ...(secret == null ? {} : { secret }) };
}

/** Takes one away; one that is gone already is fine. */
export async function removeDestination(stripe: Stripe, destinationId: string): Promise<void> {
  try {
    await stripe.v2.core.eventDestinations.del(destinationId);
  } catch (error) {
    if (classify(error).problem.class !== 'not_found') throw error;
  }
}

/** What is wrong with one, in words; undefined when nothing is. */
export async function destinationFault(stripe: Stripe, destinationId: string): Promise<string | undefined> {
  try {
    const { status, enabled_events: told } = await stripe.v2.core.eventDestinations.retrieve(destinationId);
    if (status !== 'enabled') return `it is ${status}`;
    const missing = THIN_EVENTS.filter((type) => !told.includes(type) && !told.includes('*'));
    return missing.length === 0 ? undefined : `it lacks ${missing.join(', ')}`;
  } catch (error) {
    if (classify(error).problem.class !== 'not_found') throw error;
    return 'it is gone';
  }
}
