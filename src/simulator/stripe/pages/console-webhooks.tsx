/** The console's page of webhook deliveries: their state and tries, send again, hold back and let go. */
import type { Delivery } from '../webhooks/records.js';
import { Badge, CONSOLE, Layout, Moment, Pager, pageOfRows } from './console-layout.js';
import type { Frame, Tone } from './console-layout.js';
import { paymentPath } from './console-payments.js';
import { findDeliveries, isPaused } from './console-record.js';
import type { DeliveryLine } from './console-record.js';

export const WEBHOOKS = `${CONSOLE}/webhooks`;

const TONES: Readonly<Record<Delivery['state'], Tone>> = {
  pending: 'held',
  delivered: 'good',
  failed: 'bad',
  dropped: 'quiet',
};

const STATES = Object.keys(TONES);

/** The page that lists webhook deliveries by their state. */
export function WebhooksPage({ frame }: { frame: Frame }) {
  const state = STATES.find((name) => name === frame.query.state) ?? '';
  const found = findDeliveries(frame.sim, state);
  const { rows, number } = pageOfRows(found, frame.query);
  return (
    <Layout frame={frame} title="Webhooks" tab={WEBHOOKS}>
      <div class="title-row">
        <h1>Webhooks</h1>
        <p class="quiet">{found.length === 1 ? '1 delivery' : `${found.length} deliveries`}</p>
      </div>
      <Hold isHeld={isPaused(frame.sim)} />
      <ul class="filters" aria-label="State">
        {['', ...STATES].map((name) => (
          <li>
            <a
              class="pill tone-quiet"
              href={name === '' ? WEBHOOKS : `${WEBHOOKS}?state=${name}`}
              aria-current={name === state ? 'true' : undefined}
            >
              {name === '' ? 'all' : name}
            </a>
          </li>
        ))}
      </ul>
      {rows.length === 0 ? (
        <p class="card empty">No delivery{state === '' ? ' yet' : ` is ${state}`}.</p>
      ) : (
        <ul class="card rows">
          {rows.map((line) => (
            <DeliveryRow line={line} />
          ))}
        </ul>
      )}
      <Pager path={WEBHOOKS} query={{ state }} count={found.length} number={number} />
    </Layout>
  );
}

function Hold({ isHeld }: { isHeld: boolean }) {
  return (
    <section class={`card pad ${isHeld ? 'tone-held toned' : ''}`}>
      <h2>{isHeld ? 'Deliveries are paused' : 'Deliveries go out at once'}</h2>
      <p class="quiet">
        {isHeld
          ? 'They wait here until you resume, or send them one by one.'
          : 'One that is not accepted with a 2xx answer is sent again later.'}
      </p>
      <form class="actions" method="post" action={WEBHOOKS}>
        {isHeld ? (
          <>
            <button class="button primary" name="verb" value="resume">
              Resume
            </button>
            <button class="button" name="verb" value="step">
              Send the next one
            </button>
          </>
        ) : (
          <button class="button" name="verb" value="pause">
            Pause
          </button>
        )}
      </form>
    </section>
  );
}

function DeliveryRow({ line: { delivery, created, payment } }: { line: DeliveryLine }) {
  return (
    <li class="row delivery-row">
      <span>
        <strong>{delivery.type}</strong>
        <span class="quiet">
          {created !== null && <Moment ms={created * 1000} />}
          {payment !== null && (
            <>
              {' · '}
              <a href={paymentPath(payment)}>payment</a>
            </>
          )}
        </span>
      </span>
      <span>
        <DeliveryState delivery={delivery} />
        <span class="quiet">to {delivery.url}</span>
      </span>
      <ResendForm delivery={delivery} back={WEBHOOKS} />
    </li>
  );
}

/** The state of a delivery in words: accepted or not, how often it was tried, when it goes out next. */
export function DeliveryState({ delivery }: { delivery: Delivery }) {
  const { attempts, state } = delivery;
  const last = attempts.at(-1);
  const answer = last && (last.status === 0 ? (last.error ?? 'no answer') : `HTTP ${last.status}`);
  return (
    <span class="delivery-state">
      <Badge tone={TONES[state]}>{state}</Badge>
      <span class="quiet">
        {attempts.length === 0 ? 'not sent yet' : `${attempts.length === 1 ? '1 try' : `${attempts.length} tries`}`}
        {answer !== undefined && `, ${answer}`}
        {state === 'pending' && attempts.length > 0 && (
          <>
            , next <Moment ms={delivery.dueAt} />
          </>
        )}
        {delivery.disturbed !== null && `, disturbed: ${delivery.disturbed.replaceAll('_', ' ')}`}
      </span>
    </span>
  );
}

/** A button that sends the delivery again and comes back to this page of the console. */
export function ResendForm({ delivery, back }: { delivery: Delivery; back: string }) {
  const verb = delivery.attempts.length === 0 ? 'Send now' : 'Resend';
  return (
    <form method="post" action={WEBHOOKS}>
      <input type="hidden" name="verb" value="resend" />
      <input type="hidden" name="back" value={back} />
      <button class="button small" name="delivery" value={delivery.id} aria-label={`${verb} ${delivery.type}`}>
        {verb}
      </button>
    </form>
  );
}
