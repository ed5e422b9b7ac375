/** The merchants of the marketplace: what they sell, how they stand with the PSP, and the way there. */
import { CURRENCIES, PRODUCTS } from '../catalogue.js';
import { viewOrder } from '../book.js';
import { isMarketplace } from '../connection.js';
import { COMMISSION_PERCENT, MERCHANTS } from '../merchants.js';
import { onboardingIn, viewMerchant, type MerchantView, type Offer, type StatusTexts } from '../onboarding.js';
import { sharesOf } from '../payout.js';
import type { Shop } from '../shop.js';
import type { Texts } from '../texts.js';
import { Art } from './art.js';
import { Json, Layout, Moment, Price, type Frame } from './layout.js';

interface MerchantsProps extends Frame {
  /** A merchant has just come back from the PSP. */
  back?: { name: string; how: 'done' | 'again' };
  /** Why a merchant could not be sent there. */
  failure?: string;
}

/** The page: one card for each merchant. */
export function MerchantsPage({ back, failure, ...frame }: MerchantsProps) {
  const { texts, shop } = frame;
  return (
    <Layout {...frame} title={texts.merchantsTitle}>
      <h1>{texts.merchantsTitle}</h1>
      <p class="lead">{texts.merchantsLead}</p>
      {back !== undefined && (
        <p class="notice" role="status" data-testid="notice">
          {texts.onboardingBack[back.how](back.name)}
        </p>
      )}
      {failure !== undefined && (
        <div class="alert" role="alert" data-testid="failure">
          <strong>{texts.onboardingRefused}</strong> {failure}
        </div>
      )}
      {isMarketplace(shop.book) ? <Merchants frame={frame} /> : <NoMerchants texts={texts} />}
      {isMarketplace(shop.book) && shop.outside && (
        <p class="quiet merchants-outside">
          {texts.accountsNote} <a href={`${shop.consoleUrl}/_sim/console/accounts`}>{texts.accountsConsole}</a>
        </p>
      )}
    </Layout>
  );
}

function NoMerchants({ texts }: { texts: Texts }) {
  return (
    <div class="card pad empty">
      <p>{texts.merchantsOff}</p>
      <a class="button" href="/connection">
        {texts.toConnection}
      </a>
    </div>
  );
}

function Merchants({ frame }: { frame: Frame }) {
  const { texts, shop } = frame;
  const { offer } = onboardingIn(shop.book);
  return (
    <section id="merchants" data-live>
      {offer === undefined && <p class="note merchants-note">{texts.noOffer}</p>}
      <ul class="merchants">
        {MERCHANTS.map((merchant) => (
          <MerchantCard seen={viewMerchant(shop.book, merchant)} offer={offer} frame={frame} />
        ))}
      </ul>
    </section>
  );
}

interface CardProps {
  seen: MerchantView;
  offer: Offer | undefined;
  frame: Frame;
}

const TONES: Readonly<Record<string, string>> = {
  incomplete: 'held',
  pending: 'held',
  enabled: 'good',
  completed: 'good',
  restricted: 'bad',
  'restricted soon': 'held',
  rejected: 'bad',
};

function MerchantCard({ seen, offer, frame }: CardProps) {
  const { texts, language } = frame;
  const { merchant, status } = seen;
  const { reference, name, skus } = merchant;
  const goods = PRODUCTS.filter(({ sku }) => skus.includes(sku));
  return (
    <li class="card merchant" data-testid="merchant" data-merchant={reference} data-status={status ?? 'none'}>
      <div class="merchant-goods">
        {goods.map(({ sku }) => (
          <Art sku={sku} />
        ))}
      </div>
      <div class="merchant-text">
        <div class="merchant-head">
          <h2>{name}</h2>
          <StatusBadge status={status} texts={texts} />
        </div>
        <StatusWords seen={seen} offer={offer} texts={texts} />
        <Way seen={seen} offer={offer} texts={texts} />
        <dl class="facts">
          <dt>{texts.sells}</dt>
          <dd>{goods.map((product) => product.name[language]).join(', ')}</dd>
          <dt>{texts.commission}</dt>
          <dd>{COMMISSION_PERCENT} %</dd>
          <dt>{texts.paidOutSoFar}</dt>
          <dd>
            <Received shop={frame.shop} reference={reference} texts={texts} />
          </dd>
          <dt>{texts.merchantNumber}</dt>
          <dd>
            <code>{reference}</code>
          </dd>
        </dl>
        <Calls seen={seen} texts={texts} />
      </div>
    </li>
  );
}

function StatusBadge({ status = 'none', texts }: { status: string | undefined; texts: Texts }) {
  const { word } = texts.merchantStates[status] ?? { word: status };
  return <span class={`badge tone-${TONES[status] ?? 'quiet'}`}>{word}</span>;
}

/** What the app announced for this status. It does so in English; for readers of German the shop has its own words. */
function toldFor(status: string | undefined, offer: Offer | undefined, texts: Texts): StatusTexts {
  return (texts.locale === 'en' && status !== undefined && offer?.texts.get(status)) || {};
}

function StatusWords({ seen: { status, merchant }, offer, texts }: Omit<CardProps, 'frame'> & { texts: Texts }) {
  const own = texts.merchantStates[status ?? 'none'];
  const told = toldFor(status, offer, texts);
  return (
    <p class="merchant-status" data-announce={`${merchant.name}: ${own?.word ?? status ?? ''}`}>
      {told.displayText ?? told.statusText ?? own?.about ?? status}
    </p>
  );
}

/** Statuses in which the merchant has nothing to do. */
const CALM: ReadonlySet<string> = new Set(['completed', 'enabled', 'pending', 'rejected']);

/** The button to the PSP. */
function Way({ seen: { merchant, status }, offer, texts }: Omit<CardProps, 'frame'> & { texts: Texts }) {
  const told = toldFor(status, offer, texts);
  const isCalm = status !== undefined && CALM.has(status);
  const own = isCalm ? texts.showDetails : texts.continueOnboarding;
  const label = told.buttonText ?? (status === undefined ? texts.startOnboarding : own);
  return (
    <form method="post" action={`/merchants/${merchant.reference}/onboarding`}>
      <button
        class={`button ${isCalm ? '' : 'primary'}`}
        id={`onboard-${merchant.reference}`}
        data-testid="onboard"
        disabled={offer === undefined}
        aria-label={`${label}: ${merchant.name}`}
      >
        {label}
      </button>
      <p class="quiet">{told.buttonInfo ?? texts.onboardingInfo}</p>
    </form>
  );
}

/** What the shop was told to have been sent, less what was taken back; one sum for each currency. */
function Received({ shop, reference, texts }: { shop: Shop; reference: string; texts: Texts }) {
  const views = [...shop.book.orders.keys()].flatMap((order) => viewOrder(shop.book, order, shop.clock) ?? []);
  const sums = CURRENCIES.map((currency) => ({
    currency,
    minor: views
      .filter(({ order }) => order.currency === currency)
      .flatMap(sharesOf)
      .reduce((sum, share) => (share.merchantReference === reference ? sum + share.sent - share.back : sum), 0),
  })).filter(({ minor }) => minor !== 0);
  if (sums.length === 0) return <>{texts.nothingYet}</>;
  return (
    <span class="wrap" data-testid="received">
      {sums.map(({ currency, minor }) => (
        <Price minor={minor} currency={currency} texts={texts} />
      ))}
    </span>
  );
}

const SHOWN_CALLS = 6;

function Calls({ seen: { calls, merchant }, texts }: { seen: MerchantView; texts: Texts }) {
  if (calls.length === 0) return null;
  return (
    <details id={`calls-${merchant.reference}`}>
      <summary>{texts.calls}</summary>
      <ol class="timeline">
        {calls
          .slice(-SHOWN_CALLS)
          .toReversed()
          .map((entry) => (
            <Call entry={entry} texts={texts} />
          ))}
      </ol>
    </details>
  );
}

function Call({ entry, texts }: { entry: MerchantView['calls'][number]; texts: Texts }) {
  const isAnswer = entry.kind === 'onboarding_answered';
  const isBad = isAnswer && (entry.answer.status < 200 || entry.answer.status > 299);
  return (
    <li class={`entry from-${isAnswer ? 'fromApp' : 'toApp'} ${isBad ? 'bad' : ''}`}>
      <div class="entry-head">
        <strong>{isAnswer ? texts.entryOnboardingAnswered : texts.entryOnboardingAsked}</strong>
        {isAnswer && <span class="quiet">HTTP {entry.answer.status}</span>}
        <Moment at={entry.at} texts={texts} />
      </div>
      <div class="entry-parts">
        <Json
          id={`call-${entry.place}`}
          label={isAnswer ? texts.answerBody : texts.requestBody}
          value={isAnswer ? entry.answer.body : entry.request}
        />
      </div>
    </li>
  );
}
