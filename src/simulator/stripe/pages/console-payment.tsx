/** One payment: what it is, what can be done to it, and what happened (charges, refunds, events, requests). */
import type Stripe from 'stripe';
import type { VNode } from 'preact';
import { redact } from '../core/journal.js';
import { JobList } from './console-clock.js';
import { Badge, CONSOLE, FactList, Json, Layout, Moment } from './console-layout.js';
import type { Frame, Tone } from './console-layout.js';
import { shownMoney, typedMoney } from './console-money.js';
import { paymentPath, stateOf } from './console-payments.js';
import type { PaymentRecord } from './console-record.js';
import { RequestList } from './console-requests.js';
import { Transfer } from './console-transfers.js';
import { DeliveryState, ResendForm } from './console-webhooks.js';
import { PAYMENT_BUTTONS } from './payment-buttons.js';
import type { Button } from './payment-buttons.js';
import { REFUND_BUTTONS } from './refund-buttons.js';

/** The page of one payment: its intent, charges, refunds, transfers, jobs ahead, requests and deliveries. */
export function PaymentPage({ frame, record }: { frame: Frame; record: PaymentRecord }) {
  const { intent, charges, refunds, transfers, jobs } = record;
  const { tone, word } = stateOf(record);
  return (
    <Layout frame={frame} title={record.order ?? intent.id} tab={CONSOLE}>
      <p class="back">
        <a href={CONSOLE}>All payments</a>
      </p>
      <div class="title-row">
        <h1>{shownMoney(intent.amount, intent.currency)}</h1>
        <Badge tone={tone}>{word}</Badge>
        <a class="again" href={paymentPath(intent.id)}>
          Refresh
        </a>
      </div>
      <div class="columns">
        <div class="stack">
          <Buttons record={record} />
          <Facts record={record} />
          {charges.map((charge) => (
            <Charge charge={charge} />
          ))}
          {refunds.map((refund) => (
            <Refund refund={refund} intent={intent.id} />
          ))}
          {transfers.map((transfer) => (
            <Transfer transfer={transfer} path={paymentPath(intent.id)} />
          ))}
          {jobs.length > 0 && <JobList jobs={jobs} title="Will happen by itself" />}
        </div>
        <div class="stack">
          <Events record={record} />
          <section class="card pad">
            <h2>Requests</h2>
            <RequestList entries={record.requests} isShort />
          </section>
        </div>
      </div>
    </Layout>
  );
}

function Buttons({ record }: { record: PaymentRecord }) {
  const offered = PAYMENT_BUTTONS.filter((button) => button.offered(record));
  return (
    <section class="card pad">
      <h2>What you can do</h2>
      {offered.length === 0 && <p class="quiet">This payment is over; there is nothing left to do.</p>}
      <div class="buttons">
        {offered.map((button) => (
          <ButtonForm button={button} record={record} />
        ))}
      </div>
      <PageLink record={record} />
    </section>
  );
}

/** The page on which the customer would do it. */
function PageLink({ record }: { record: PaymentRecord }) {
  const { challenge, method, intent, remaining } = record;
  if (remaining > 0) {
    return (
      <p class="quiet">
        Or send money on <a href={`/_sim/bank-transfer/${intent.id}`}>the page with the instructions</a>.
      </p>
    );
  }
  if (challenge === null) return null;
  const page = method === 'card' ? '3ds' : `redirect/${encodeURIComponent(method ?? '')}`;
  return (
    <p class="quiet">
      Or decide on <a href={`/_sim/${page}/${encodeURIComponent(challenge)}`}>the customer’s page</a>.
    </p>
  );
}

function ButtonForm({ button, record }: { button: Button<PaymentRecord>; record: PaymentRecord }) {
  const { intent } = record;
  const id = `button-${button.id}`;
  return (
    <form class="button-form" method="post" action={paymentPath(intent.id)}>
      {button.amount && (
        <label class="field amount">
          {`${button.label}: amount in ${intent.currency.toUpperCase()}`}
          <input
            name="amount"
            inputMode="decimal"
            required
            autocomplete="off"
            value={typedMoney(button.amount(record), intent.currency)}
          />
        </label>
      )}
      {button.tick?.offered(record) && (
        <label class="tick">
          <input type="checkbox" name="tick" value="1" />
          {button.tick.label}
        </label>
      )}
      <button class={`button ${button.look ?? ''}`} name="button" value={button.id} aria-describedby={id}>
        {button.label}
      </button>
      <p class="quiet" id={id}>
        {button.hint}
      </p>
    </form>
  );
}

function Facts({ record }: { record: PaymentRecord }) {
  const { intent, account, instrument, order, refunded } = record;
  const money = (minor: number): string | null => (minor === 0 ? null : shownMoney(minor, intent.currency));
  const metadata = Object.entries(intent.metadata).map(([name, value]): [string, VNode] => [
    name,
    <code>{value}</code>,
  ]);
  return (
    <section class="card pad">
      <h2>Payment</h2>
      <FactList
        facts={[
          ['Order', order],
          ['Payment intent', <code>{intent.id}</code>],
          ['Status', <code>{intent.status}</code>],
          ['Paid with', instrument],
          ['Can be captured', money(intent.amount_capturable)],
          ['Captured', money(intent.amount_received)],
          ['Refunded', money(refunded)],
          ['Still to arrive', money(record.remaining)],
          ['In the cash balance', money(record.surplus)],
          ['Dispute', record.disputes.map(({ status }) => status.replaceAll('_', ' ')).join(', ')],
          ['Review', record.review === null ? null : 'open'],
          ['Problem', intent.last_payment_error?.message],
          ['Canceled because', intent.cancellation_reason],
          ['Description', intent.description],
          ['Account', <code>{account}</code>],
          ['Created', <Moment ms={intent.created * 1000} />],
        ]}
      />
      {metadata.length > 0 && (
        <>
          <h3>Metadata</h3>
          <FactList facts={metadata} />
        </>
      )}
      <Json label="As JSON" value={redact(intent)} />
    </section>
  );
}

function Charge({ charge }: { charge: Stripe.Charge }) {
  const money = (minor: number): string => shownMoney(minor, charge.currency);
  const captureBefore = charge.payment_method_details?.card?.capture_before;
  const isHeld = charge.status === 'succeeded' && !charge.captured && charge.amount_refunded < charge.amount;
  return (
    <section class="card pad">
      <h2>Charge</h2>
      <FactList
        facts={[
          ['Charge', <code>{charge.id}</code>],
          ['Status', <Badge tone={charge.status === 'failed' ? 'bad' : 'good'}>{charge.status}</Badge>],
          ['Amount', money(charge.amount)],
          ['Captured', charge.amount_captured > 0 ? money(charge.amount_captured) : null],
          ['Released or refunded', charge.amount_refunded > 0 ? money(charge.amount_refunded) : null],
          ['Problem', charge.failure_message],
          ['Capture before', isHeld && captureBefore ? <Moment ms={captureBefore * 1000} /> : null],
          ['Created', <Moment ms={charge.created * 1000} />],
        ]}
      />
      <Json label="As JSON" value={redact(charge)} />
    </section>
  );
}

const REFUND_TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'back',
  pending: 'held',
  requires_action: 'held',
  failed: 'bad',
};

function Refund({ refund, intent }: { refund: Stripe.Refund; intent: string }) {
  const offered = REFUND_BUTTONS.filter((button) => button.offered(refund));
  return (
    <section class="card pad">
      <h2>{`Refund of ${shownMoney(refund.amount, refund.currency)}`}</h2>
      <FactList
        facts={[
          ['Refund', <code>{refund.id}</code>],
          [
            'Status',
            <Badge tone={REFUND_TONES[refund.status ?? ''] ?? 'quiet'}>{refund.status?.replaceAll('_', ' ')}</Badge>,
          ],
          ['Problem', refund.failure_reason?.replaceAll('_', ' ')],
          ['Created', <Moment ms={refund.created * 1000} />],
        ]}
      />
      {offered.length > 0 && (
        <form class="actions" method="post" action={paymentPath(intent)}>
          <input type="hidden" name="refund" value={refund.id} />
          {offered.map(({ id, label, hint, look = '' }) => (
            <button class={`button small ${look}`} name="button" value={id} title={hint}>
              {label}
            </button>
          ))}
        </form>
      )}
      <Json label="As JSON" value={redact(refund)} />
    </section>
  );
}

function Events({ record }: { record: PaymentRecord }) {
  return (
    <section class="card pad">
      <h2>Events</h2>
      <ol class="timeline">
        {record.events.map(({ event, deliveries }) => (
          <li>
            <strong class="call">{event.type}</strong>
            <p class="quiet">
              <Moment ms={event.created * 1000} />
            </p>
            {deliveries.length === 0 && <p class="quiet">No endpoint listens to it.</p>}
            {deliveries.map((delivery) => (
              <div class="line">
                <DeliveryState delivery={delivery} />
                <ResendForm delivery={delivery} back={paymentPath(record.intent.id)} />
              </div>
            ))}
            <Json label={event.id} value={redact(event)} />
          </li>
        ))}
      </ol>
    </section>
  );
}
