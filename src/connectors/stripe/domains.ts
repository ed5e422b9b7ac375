/** Tells Stripe on which hosts wallets are shown. https://docs.stripe.com/payments/payment-methods/pmd-registration */
import type Stripe from 'stripe';
import type { Asking, Context, DomainAnswer, DomainVerbs, WalletState } from '../../kit/index.js';
import { problem } from '../../kit/index.js';
import type { Reach } from './client.js';
import { classify } from './errors.js';
import { isPublicHost } from './hosts.js';
import type { ExpressMethod, StripeSettings } from './settings.js';
import { readSettings } from './settings.js';

/** What is shown on a registered host when the settings name no express buttons. */
const USUAL: readonly ExpressMethod[] = ['apple_pay', 'google_pay', 'link'];
const UNREACHABLE = 'Stripe registers names that the internet knows only: no localhost, no IP address';

/** Makes the verbs. Registering is safe to repeat with the same key, looking at any time. */
export function domainVerbs(reach: Reach): DomainVerbs {
  return {
    wanted: (given, pageHost) => {
      const { expressMethods, domains } = readSettings(given);
      if (expressMethods.length === 0 && domains.length === 0) return [];
      return [...new Set([pageHost.toLowerCase(), ...domains])].map((host) =>
        isPublicHost(host) ? { host } : { host, skipped: UNREACHABLE },
      );
    },
    register: {
      prepare: ({ host }) => ({ body: { domain_name: host } }),
      ask: (asking, context) => register(reach, asking, context),
    },
    inspect: async (domainId, context) => {
      try {
        const stripe = await reach.client(context);
        const domain = await reach.within(stripe.paymentMethodDomains.retrieve(domainId));
        return walletsOf(domain, readSettings(context.tenant.settings));
      } catch (error) {
        if (classify(error).problem.class !== 'not_found') throw error;
        return undefined;
      }
    },
  };
}

async function register(reach: Reach, asking: Asking, context: Context): Promise<DomainAnswer> {
  const { body } = asking.parameters as { body: { domain_name: string } };
  try {
    const domain = await reach.within(
      reach.client(context).then((stripe) => makeOrFind(stripe, body.domain_name, asking.idempotencyKey)),
    );
    const wallets = await lookedAt(reach, domain, asking.idempotencyKey, context);
    return { answer: 'completed', domainId: domain.id, wallets };
  } catch (error) {
    const failure = classify(error);
    const { class: kind, message, code } = failure.problem;
    // A restricted key may lack this right for good; it is tried again the next day and not every minute.
    const isRefused = failure.definitive || kind === 'permission';
    return { answer: isRefused ? 'rejected' : 'unknown', problem: problem(kind, message, code) };
  }
}

/**
 * A wallet that is not shown may be by now: Stripe looks again when it is told to. Without an answer it stays as it was,
 * because the registration itself stands.
 */
async function lookedAt(
  reach: Reach,
  known: Stripe.PaymentMethodDomain,
  idempotencyKey: string,
  context: Context,
): Promise<WalletState[]> {
  const settings = readSettings(context.tenant.settings);
  const wallets = walletsOf(known, settings);
  if (wallets.every(({ isActive }) => isActive)) return wallets;
  const again = { idempotencyKey: `${idempotencyKey}:validate` };
  try {
    const stripe = await reach.client(context);
    return walletsOf(await reach.within(stripe.paymentMethodDomains.validate(known.id, {}, again)), settings);
  } catch (error) {
    context.log('stripe.domain_not_validated', { class: classify(error).problem.class });
    return wallets;
  }
}

/** A name can be registered once per account, perhaps by somebody else before us; switched off it is switched on. */
async function makeOrFind(stripe: Stripe, host: string, idempotencyKey: string): Promise<Stripe.PaymentMethodDomain> {
  const wanted = { domain_name: host, enabled: true };
  try {
    return await stripe.paymentMethodDomains.create(wanted, { idempotencyKey });
  } catch (error) {
    const { keySpent, definitive } = classify(error);
    if (keySpent) return stripe.paymentMethodDomains.create(wanted, { idempotencyKey: `${idempotencyKey}:2` });
    const [known] = definitive ? (await stripe.paymentMethodDomains.list({ domain_name: host })).data : [];
    if (known === undefined) throw error;
    if (known.enabled) return known;
    return stripe.paymentMethodDomains.update(known.id, { enabled: true }, { idempotencyKey: `${idempotencyKey}:on` });
  }
}

/** What Stripe says of the wallets that are wanted. */
function walletsOf(domain: Stripe.PaymentMethodDomain, { expressMethods }: StripeSettings): WalletState[] {
  const wanted = expressMethods.length === 0 ? USUAL : expressMethods;
  return wanted.map((wallet) => {
    const { status, status_details: details } = domain[wallet];
    const isActive = status === 'active' && domain.enabled;
    const reason = domain.enabled ? details?.error_message : 'the domain is switched off at Stripe';
    return {
      wallet,
      isActive,
      ...(isActive || reason === undefined ? {} : { reason }),
      ...(domain.enabled ? {} : { isOff: true as const }),
    };
  });
}
