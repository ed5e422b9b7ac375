/** One order: its state in large letters, its lines, what the shop can do, and everything that happened. */
import type { OrderView } from '../book.js';
import type { OrderStatus } from '../order-state.js';
import type { OutsidePayment } from '../outside.js';
import type { AppRecord } from '../shop.js';
import type { Texts } from '../texts.js';
import { ItemsCard } from './items-card.js';
import { Layout, Price, toneOf, type Frame } from './layout.js';
import { LedgerCard } from './ledger-card.js';
import { MoneyCard } from './money-picture.js';
import { OutsideCards } from './outside-cards.js';
import { SharesCard } from './shares-card.js';
import { Timeline } from './timeline.js';

/** One order from all sides. */
export interface Sides {
  view: OrderView;
  /** What the app has on record. */
  inside?: AppRecord;
  /** How the payment stands at Stripe. */
  outside?: OutsidePayment;
}

interface OrderProps extends Frame, Sides {
  /** Why the last thing asked for was refused. */
  failure?: string;
}

/** The page of one order: its items, what may be done with it, and what happened to it. */
export function OrderPage({ view, inside, outside, failure, ...frame }: OrderProps) {
  const { texts } = frame;
  const { order } = view;
  return (
    <Layout {...frame} title={`${texts.order} ${order.orderReference}`}>
      {failure !== undefined && (
        <div class="alert" role="alert">
          {failure}
        </div>
      )}
      <StatusCard view={view} inside={inside} texts={texts} />
      <div id="money" data-live>
        <MoneyCard view={view} inside={inside} texts={texts} />
      </div>
      <div class="columns">
        <div class="stack">
          <ItemsCard view={view} inside={inside} texts={texts} />
          <SharesCard view={view} texts={texts} />
          <div class="stack" id="outside" data-live>
            {outside && <OutsideCards view={view} outside={outside} frame={frame} />}
          </div>
        </div>
        <div class="stack">
          <div class="stack" id="inside" data-live>
            {inside && <LedgerCard inside={inside} texts={texts} />}
          </div>
          <Timeline view={view} frame={frame} />
        </div>
      </div>
    </Layout>
  );
}

/** What the page says instead of the order's status: no message tells a shop that money is on its way. */
type ShownStatus = OrderStatus | 'processing' | 'overpaid' | 'underpaid';

function shownStatus({ view, inside }: Sides): ShownStatus {
  const { status, arrival } = view;
  if (status === 'new' && inside?.isProcessing === true) return 'processing';
  if (arrival === 'underpaid' && status === 'capture_failed') return 'underpaid';
  return arrival === 'overpaid' && status === 'captured' ? 'overpaid' : status;
}

function lookOf(status: ShownStatus, texts: Texts): { word: string; tone: string } {
  if (status === 'underpaid') return { word: texts[status], tone: 'bad' };
  if (status === 'processing' || status === 'overpaid') return { word: texts[status], tone: 'held' };
  return { word: texts.states[status], tone: toneOf(status) };
}

interface StatusProps {
  view: OrderView;
  inside: AppRecord | undefined;
  texts: Texts;
}

/** The large state with the way the order took; also on the page after paying. */
export function StatusCard({ view, inside, texts }: StatusProps) {
  const { order } = view;
  const status = shownStatus({ view, ...(inside && { inside }) });
  const { word, tone } = lookOf(status, texts);
  return (
    <section class={`card pad status tone-${tone}`} id="status" data-live aria-labelledby="order-title">
      <h1 id="order-title" class="status-order">
        {texts.order} {order.orderReference}
      </h1>
      <div class="status-row">
        <p class="status-word" data-testid="order-status" data-status={status} data-announce={texts.statusNow(word)}>
          {word}
        </p>
        <p class="status-total">
          <Price minor={order.grandTotal} currency={order.currency} texts={texts} />
        </p>
      </div>
      <ol class="steps">
        {stepsOf(status, texts).map(({ label, isReached }) => (
          <li class={isReached ? 'reached' : ''} aria-current={isReached ? 'step' : undefined}>
            {label}
          </li>
        ))}
      </ol>
      {view.arrival && view.arrival !== status && <p class="badge tone-held">{texts[view.arrival]}</p>}
      {view.paymentReference !== undefined && (
        <p class="quiet status-reference">
          {texts.paymentReference}: <code data-testid="payment-reference">{view.paymentReference}</code>
        </p>
      )}
    </section>
  );
}

function stepsOf(status: ShownStatus, texts: Texts) {
  const taken = ['captured', 'overpaid', 'partially_captured', 'refunded', 'partially_refunded', 'refund_failed'];
  const isTaken = taken.includes(status);
  const isHeld = isTaken || ['authorized', 'capture_failed', 'cancellation_failed'].includes(status);
  const steps = [{ label: texts.steps.placed, isReached: true }];
  if (status === 'canceled') return [...steps, { label: texts.steps.canceled, isReached: true }];
  steps.push({ label: texts.steps.authorized, isReached: isHeld }, { label: texts.steps.captured, isReached: isTaken });
  if (status === 'refunded' || status === 'partially_refunded') {
    steps.push({ label: texts.steps.refunded, isReached: true });
  }
  return steps;
}
