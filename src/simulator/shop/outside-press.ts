/** Presses buttons of the world beside the shop and lets time pass, and writes down that somebody did. */
import { isoTime } from '../../domain/clock.js';
import type { OrderView } from './book.js';
import type { OutsidePress } from './outside.js';
import type { Shop } from './shop.js';

/** Answers why it was refused; undefined when it was done and is in the journal. */
export async function pressOutside(shop: Shop, view: OrderView, press: OutsidePress): Promise<string | undefined> {
  const { paymentReference, order } = view;
  if (shop.outside === undefined || paymentReference === undefined) return 'Nobody plays Stripe for this order';
  const failure = await shop.outside.press(paymentReference, press);
  if (failure !== undefined) return failure;
  const { orderReference } = order;
  await shop.book.write({ kind: 'outside_done', at: isoTime(shop.clock), orderReference, press });
  return undefined;
}

/** Moves the sandbox's time; noted at the order that was looked at. Answers why it was refused. */
export async function letTimePass(shop: Shop, seconds: number, orderReference: string): Promise<string | undefined> {
  if (shop.outside === undefined) return 'Nobody plays Stripe here';
  const failure = await shop.outside.letPass(seconds);
  if (failure !== undefined) return failure;
  await shop.book.write({ kind: 'time_passed', at: isoTime(shop.clock), orderReference, seconds });
  return undefined;
}
