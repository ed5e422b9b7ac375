/** The sandbox as the PSP of a marketplace. */
import type { MarketplaceVerbs } from '../../kit/index.js';
import { accounts } from './accounts.js';
import { transfers } from './transfers.js';

export const marketplace: MarketplaceVerbs = { ...accounts, ...transfers };
