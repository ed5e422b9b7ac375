/** Counts what browsers send, per payment and per address, so that nobody tries cards or ids in bulk here. */
import { isPrivate } from '../domain/addresses.js';
import type { Clock } from '../domain/clock.js';
import { createCounters } from '../domain/counters.js';

/** `attempt`: the customer presses the button. `session`: the form is opened. `status`: the page asks how it went. */
export type Counted = 'attempt' | 'session' | 'status';

export interface Limits {
  /** Counts one and tells whether it may go on. `address` is the caller's IP address. */
  allows(kind: Counted, from: { paymentId: string; address: string }): boolean;
}

/** Per hour. A page that is polled for a minute asks about ten times. */
const LIMITS: Readonly<Record<Counted, { payment: number; address: number }>> = {
  attempt: { payment: 10, address: 20 },
  session: { payment: 60, address: 120 },
  status: { payment: 300, address: 600 },
};

/** Limits in this process's memory: a restart forgets them, and every node counts for itself. */
export function createLimits(clock: Clock): Limits {
  const within = createCounters(clock);
  return {
    allows(kind, { paymentId, address }) {
      const limit = LIMITS[kind];
      const byPayment = within(`${kind} ${paymentId}`, limit.payment);
      // Behind such an address there is a proxy of ours or a test, so all customers look alike.
      return (isPrivate(address) || within(`${kind} from ${address}`, limit.address)) && byPayment;
    },
  };
}
