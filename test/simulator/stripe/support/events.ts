/** What an account was told about an object, oldest first. */
import type Stripe from 'stripe';

/** Types of all events about the object with this id, or that name it as their payment intent or charge. */
export async function eventsAbout(stripe: Stripe, ...ids: string[]): Promise<string[]> {
  const all = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  const about = all.filter((event) => {
    const object = event.data.object as { id?: string; payment_intent?: unknown; charge?: unknown; customer?: unknown };
    return [object.id, object.payment_intent, object.charge].some((value) => ids.includes(String(value)));
  });
  return about.map((event) => event.type).reverse();
}
