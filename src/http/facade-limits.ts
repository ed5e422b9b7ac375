/** How often a storefront may be asked, per caller and per address, so that nobody tries cards or ids in bulk. */
import { isPrivate } from '../domain/addresses.js';
import type { Clock } from '../domain/clock.js';
import { createCounters } from '../domain/counters.js';

export interface FacadeCaller {
  tenantId: string;
  owner: string;
  /** IP address. */
  address: string;
}

/** Counts one request and tells whether it may go on. */
export type FacadeLimits = (endpoint: string, from: FacadeCaller) => boolean;

interface Limit {
  owner: number;
  address: number;
}

/** Per hour. A cart changes often before it is paid; addresses are told once or twice. */
const LIMITS: Readonly<Record<string, Limit>> = {
  payments: { owner: 60, address: 120 },
  'payment-cancellations': { owner: 60, address: 120 },
  'payment-customers': { owner: 20, address: 40 },
};
const OTHERS: Limit = { owner: 20, address: 40 };

/** Limits in this process's memory: a restart forgets them, and every node counts for itself. */
export function createFacadeLimits(clock: Clock): FacadeLimits {
  const within = createCounters(clock);
  return (endpoint, { tenantId, owner, address }) => {
    const limit = LIMITS[endpoint] ?? OTHERS;
    const byOwner = within(`${endpoint} of ${owner}`, limit.owner);
    // Behind such an address there is a proxy of ours or a test, so all customers look alike.
    return (isPrivate(address) || within(`${endpoint} of ${tenantId} from ${address}`, limit.address)) && byOwner;
  };
}
