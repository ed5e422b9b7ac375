/** One order: its state in large letters, its lines, what the shop can do, and everything that happened. */
import type { OrderView } from '../book.js';
import { linesFor, type CommandVerb } from '../commands.js';
import type { OrderStatus } from '../order-state.js';
import type { Texts } from '../texts.js';
import { Layout, Price, StateBadge, toneOf, type Frame } from './layout.js';
import { Timeline } from './timeline.js';

interface OrderProps extends Frame {
  view: OrderView;
  /** Why the last thing asked for was refused. */
  failure?: string;
}

/** The page of one order: its items, what may be done with it, and what happened to it. */
export function OrderPage({ view, failure, ...frame }: OrderProps) {
  const { texts } = frame;
  const { order } = view;
  return (
    <Layout {...frame} title={`${texts.order} ${order.orderReference}`}>
      {failure !== undefined && (
        <div class="alert" role="alert">
          {failure}
        </div>
      )}
      <StatusCard view={view} texts={texts} />
      <div class="columns">
        <div class="stack">
          <Actions view={view} texts={texts} />
          <Lines view={view} texts={texts} />
        </div>
        <Timeline view={view} frame={frame} />
      </div>
    </Layout>
  );
}

/** The large state with the way the order took; also on the page after paying. */
export function StatusCard({ view, texts }: { view: OrderView; texts: Texts }) {
  const { order, status } = view;
  const steps = stepsOf(status, texts);
  return (
    <section class={`card pad status tone-${toneOf(status)}`} id="status" data-live aria-labelledby="order-title">
      <h1 id="order-title" class="status-order">
        {texts.order} {order.orderReference}
      </h1>
      <div class="status-row">
        <p
          class="status-word"
          data-testid="order-status"
          data-status={status}
          data-announce={texts.statusNow(texts.states[status])}
        >
          {texts.states[status]}
        </p>
        <p class="status-total">
          <Price minor={order.grandTotal} currency={order.currency} texts={texts} />
        </p>
      </div>
      <ol class="steps">
        {steps.map(({ label, isReached }) => (
          <li class={isReached ? 'reached' : ''} aria-current={isReached ? 'step' : undefined}>
            {label}
          </li>
        ))}
      </ol>
      {(view.isOverpaid || view.isUnderpaid) && (
        <p class="badge tone-bad">{view.isOverpaid ? texts.overpaid : texts.underpaid}</p>
      )}
      {view.paymentReference !== undefined && (
        <p class="quiet status-reference">
          {texts.paymentReference}: <code data-testid="payment-reference">{view.paymentReference}</code>
        </p>
      )}
    </section>
  );
}

function stepsOf(status: OrderStatus, texts: Texts) {
  const taken = ['captured', 'partially_captured', 'refunded', 'partially_refunded', 'refund_failed'];
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

const VERBS: readonly CommandVerb[] = ['capture', 'cancel', 'refund'];

function Actions({ view, texts }: { view: OrderView; texts: Texts }) {
  const path = `/orders/${encodeURIComponent(view.order.orderReference)}`;
  const isUnpaid = view.status === 'new' || view.status === 'authorization_failed';
  const isOver = !isUnpaid && VERBS.every((verb) => linesFor(view, verb).length === 0);
  return (
    <section class="card pad" id="actions" data-live aria-labelledby="actions-title">
      <h2 id="actions-title">{texts.actions}</h2>
      <div class="actions">
        {isUnpaid && (
          <form method="post" action={`${path}/pay`}>
            <button class="button primary" id="button-pay" data-testid="pay">
              {texts.payNow}
            </button>
          </form>
        )}
        {VERBS.map((verb) => (
          <form method="post" action={`${path}/${verb}`}>
            <button
              class={`button ${verb === 'capture' ? 'primary' : ''}`}
              id={`button-${verb}`}
              data-testid={verb}
              disabled={!mayGive(view, verb)}
            >
              {texts[verb]}
            </button>
          </form>
        ))}
      </div>
      {view.waiting.map(({ command }) => (
        <p class="waiting">
          <span class="spinner" aria-hidden="true" />
          {texts.waiting[command.name]} …
        </p>
      ))}
      {isOver && <p class="quiet">{texts.nothingToDo}</p>}
    </section>
  );
}

function mayGive(view: OrderView, verb: CommandVerb): boolean {
  return view.waiting.length === 0 && linesFor(view, verb).length > 0;
}

function Lines({ view, texts }: { view: OrderView; texts: Texts }) {
  const { order, states } = view;
  return (
    <section class="card pad" id="lines" data-live aria-labelledby="lines-title">
      <h2 id="lines-title">{texts.items}</h2>
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">{texts.article}</th>
            <th scope="col">{texts.state}</th>
            <th scope="col" class="number">
              {texts.price}
            </th>
          </tr>
        </thead>
        <tbody>
          {order.lines.map((line) => (
            <tr data-testid="line-row" data-line={line.id}>
              <td>
                {line.name} <small class="quiet">#{line.id}</small>
              </td>
              <td>
                <StateBadge state={states.get(line.id) ?? 'new'} texts={texts} />
              </td>
              <td class="number">
                <Price minor={line.price} currency={order.currency} texts={texts} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {texts.shipping} <small class="quiet">{texts.shippingNames[order.shipping]}</small>
            </th>
            <td class="number">
              <Price minor={order.shippingCost} currency={order.currency} texts={texts} />
            </td>
          </tr>
          <tr class="sum-total">
            <th scope="row" colSpan={2}>
              {texts.total}
            </th>
            <td class="number">
              <Price minor={order.grandTotal} currency={order.currency} texts={texts} />
            </td>
          </tr>
        </tfoot>
      </table>
      <p class="quiet">
        {order.customer.firstName} {order.customer.lastName} · {order.customer.email} ·{' '}
        {texts.countries[order.customer.country]}
      </p>
    </section>
  );
}
