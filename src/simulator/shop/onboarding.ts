/**
 * How merchants of the demo shop get to the PSP, in the shop's eyes: that there is a way is learned from a message, a
 * merchant's status as well; starting asks the app for an address and sends the merchant there.
 */
import { isoTime } from '../../domain/clock.js';
import { errorText } from './app-client.js';
import type { Book, Entry } from './book.js';
import { askAtEither } from './checkout.js';
import type { ShopMerchant } from './merchants.js';
import { isRecord } from './order.js';
import { withoutSecrets, type Answer, type Message } from './record.js';
import type { Shop } from './shop.js';

/** What the app said about a status, for people; everything may be missing. */
export interface StatusTexts {
  statusText?: string;
  displayText?: string;
  buttonText?: string;
  buttonInfo?: string;
}

/** The way to the PSP, as ReadyForMerchantAppOnboarding told it. */
export interface Offer {
  appName: string;
  strategy: string;
  url: string;
  links: { label: string; url: string }[];
  /** By the name of the status. */
  texts: ReadonlyMap<string, StatusTexts>;
}

export interface MerchantView {
  merchant: ShopMerchant;
  /** Absent while the merchant has not started; `incomplete` is what a shop assumes then until it is told. */
  status?: string;
  /** The calls about this merchant, oldest first. */
  calls: Entry<'onboarding_asked' | 'onboarding_answered'>[];
}

export interface Onboarding {
  /** Absent until the app said how. */
  offer?: Offer;
  /** By the merchant's number. */
  statuses: ReadonlyMap<string, string>;
}

/** What the shop knows now. A disconnected app takes its offer and every status with it. */
export function onboardingIn({ market }: Pick<Book, 'market'>): Onboarding {
  let offer: Offer | undefined;
  const statuses = new Map<string, string>();
  for (const entry of market) {
    // Whatever comes of it: a shop that has asked takes the merchant for one who has begun.
    if (entry.kind === 'onboarding_asked' && !statuses.has(entry.merchantReference)) {
      statuses.set(entry.merchantReference, 'incomplete');
    }
    if (entry.kind !== 'message_received') continue;
    const { name, payload } = entry.message;
    if (name === 'ReadyForMerchantAppOnboarding') offer = offerIn(entry.message);
    if (name === 'MerchantAppOnboardingStatusChanged') {
      const reference = String(payload['merchantReference']);
      if (statuses.has(reference)) statuses.set(reference, String(payload['status']));
    }
    if (name === 'AppConfigUpdated' && payload['isActive'] !== true) {
      offer = undefined;
      statuses.clear();
    }
  }
  return { statuses, ...(offer && { offer }) };
}

/** One merchant with everything the shop knows of the way to the PSP. */
export function viewMerchant(book: Pick<Book, 'market'>, merchant: ShopMerchant): MerchantView {
  const status = onboardingIn(book).statuses.get(merchant.reference);
  const calls = book.market.flatMap((entry) =>
    entry.kind !== 'message_received' && entry.merchantReference === merchant.reference ? [entry] : [],
  );
  return { merchant, calls, ...(status !== undefined && { status }) };
}

function offerIn({ payload }: Message): Offer {
  const way = isRecord(payload['onboarding']) ? payload['onboarding'] : {};
  const listed = (key: string) => (Array.isArray(payload[key]) ? payload[key].filter(isRecord) : []);
  return {
    appName: String(payload['appName']),
    strategy: String(way['strategy']),
    url: String(way['url']),
    links: listed('additionalLinks')
      .map(({ label, url }) => ({ label: String(label), url: String(url) }))
      .filter(({ url }) => isAddress(url)),
    texts: new Map(
      listed('merchantOnboardingStates').map(({ name, attributes }) => [
        String(name),
        Object.fromEntries(
          Object.entries(isRecord(attributes) ? attributes : {}).filter(([, text]) => typeof text === 'string'),
        ) as StatusTexts,
      ]),
    ),
  };
}

/** Either where to send the merchant, or why not. */
export type OnboardingStart = { url: string } | { problem: string };

/**
 * Asks for an address where the merchant fills in the PSP's forms, as a merchant portal does. Safe to repeat: every
 * address is for once. The journal keeps that one was given, never the address.
 */
export async function startOnboarding(shop: Shop, { reference, name }: ShopMerchant): Promise<OnboardingStart> {
  const { offer } = onboardingIn(shop.book);
  if (offer === undefined) return { problem: 'The app has not said yet how merchants begin' };
  const back = (how: string) => `${shop.url}/merchants?merchant=${reference}&back=${how}`;
  const request = {
    merchant: { name, merchantReference: reference },
    successUrl: back('done'),
    refreshUrl: back('again'),
    cancelUrl: null,
    errorUrl: null,
  };
  const about = { merchantReference: reference };
  await shop.book.write({ kind: 'onboarding_asked', at: isoTime(shop.clock), ...about, request });
  // Strategies other than `api` say the address at once.
  if (offer.strategy !== 'api') return { url: offer.url };
  const answer = await askAtEither(shop, offer.url, request, { 'x-merchant-reference': reference });
  await shop.book.write({
    kind: 'onboarding_answered',
    at: isoTime(shop.clock),
    ...about,
    answer: withoutAddress(answer),
  });
  return readAnswer(answer);
}

/** A shop looks at the address, not at the status code. */
function readAnswer(answer: Answer): OnboardingStart {
  const url = isRecord(answer.body) ? answer.body['url'] : undefined;
  const isWay = isRecord(answer.body) && answer.body['strategy'] !== 'content';
  return isWay && isAddress(url) ? { url } : { problem: errorText(answer) };
}

/** Whoever has the address can fill in the merchant's forms. */
function withoutAddress(answer: Answer): Answer {
  const { status, body } = withoutSecrets(answer) as Answer;
  return { status, body: isRecord(body) && body['url'] !== undefined ? { ...body, url: '…' } : body };
}

function isAddress(url: unknown): url is string {
  return typeof url === 'string' && /^https?:\/\//.test(url);
}
