/** Counts what browsers send, per payment and per address, so that nobody tries cards or ids in bulk here. */
import type { Clock } from '../domain/clock.js';

/** `attempt`: the customer presses the button. `session`: the form is opened. `status`: the page asks how it went. */
export type Counted = 'attempt' | 'session' | 'status';

export interface Limits {
  /** Counts one and tells whether it may go on. `address` is the caller's IP address. */
  allows(kind: Counted, from: { paymentId: string; address: string }): boolean;
}

const HOUR_MS = 3_600_000;
/** Counters kept at most; the oldest go first. */
const COUNTERS = 50_000;

/** Per hour. A page that is polled for a minute asks about ten times. */
const LIMITS: Readonly<Record<Counted, { payment: number; address: number }>> = {
  attempt: { payment: 10, address: 20 },
  session: { payment: 60, address: 120 },
  status: { payment: 300, address: 600 },
};

/** Counters in this process's memory: a restart forgets them, and every node counts for itself. */
export function createLimits(clock: Clock): Limits {
  const counters = new Map<string, { since: number; count: number }>();
  const within = (key: string, limit: number): boolean => {
    const now = clock.now();
    const known = counters.get(key);
    const counter = known !== undefined && now - known.since < HOUR_MS ? known : { since: now, count: 0 };
    counter.count += 1;
    counters.delete(key);
    counters.set(key, counter);
    if (counters.size > COUNTERS) counters.delete(counters.keys().next().value ?? '');
    return counter.count <= limit;
  };
  return {
    allows(kind, { paymentId, address }) {
      const limit = LIMITS[kind];
      const byPayment = within(`${kind} ${paymentId}`, limit.payment);
      // Behind such an address there is a proxy of ours or a test, so all customers look alike.
      return (isPrivate(address) || within(`${kind} from ${address}`, limit.address)) && byPayment;
    },
  };
}

/** Loopback, private and link-local addresses of both families, RFC 1918, RFC 4193 and RFC 4291. */
export function isPrivate(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (plain === '::1' || /^f[cd]|^fe[89ab]/.test(plain)) return true;
  const [first = -1, second = -1] = plain.split('.').map(Number);
  if (first === 10 || first === 127 || (first === 192 && second === 168) || (first === 169 && second === 254))
    return true;
  return first === 172 && second >= 16 && second <= 31;
}
