/** What Quittance tells Stripe about itself, and the version of Stripe's API its types and objects belong to. */
import { createRequire } from 'node:module';
import type Stripe from 'stripe';

/** Pinned by the SDK; a bump of the SDK breaks the type of this line on purpose. */
export const API_VERSION: Stripe.LatestApiVersion = '2026-10-28.endive';

const require = createRequire(import.meta.url);

/** Our own version, from the package. */
export const APP_VERSION = (require('../../../package.json') as { version: string }).version;

export const APP_NAME = 'Quittance';

/** Name of this connector, its folder and its provider name at the shop. */
export const NAME = 'stripe';

/** Stripe keeps an idempotency key for at least 24 hours; after this many we look before we ask again. */
export const KEY_TRUST_MS = 20 * 60 * 60 * 1000;
