/** The console's first page: payments of all accounts, the accounts seen, and how to find one. */
import { Badge, CONSOLE, Layout, Moment, Pager, pageOfRows } from './console-layout.js';
import type { Frame, Tone } from './console-layout.js';
import { shownMoney } from './console-money.js';
import { accountsSeen, findPayments, lineOf } from './console-record.js';
import type { AccountLine, PaymentLine } from './console-record.js';

/** Where one payment is shown. */
export const paymentPath = (id: string): string => `${CONSOLE}/payments/${encodeURIComponent(id)}`;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The page that lists payments, by account and by text. */
export function PaymentsPage({ frame }: { frame: Frame }) {
  const wanted = { account: text(frame.query.account), text: text(frame.query.q) };
  const found = findPayments(frame.sim, wanted);
  const accounts = accountsSeen(frame.sim);
  const { rows, number } = pageOfRows(found, frame.query);
  const isFiltered = wanted.account !== '' || wanted.text !== '';
  return (
    <Layout frame={frame} title="Payments" tab={CONSOLE}>
      <div class="title-row">
        <h1>Payments</h1>
        <p class="quiet">{found.length === 1 ? '1 payment' : `${found.length} payments`}</p>
      </div>
      <Search accounts={accounts} wanted={wanted} />
      {rows.length === 0 ? (
        <p class="card empty">
          {isFiltered ? 'No payment fits.' : 'No payment yet. Pay something in a shop connected to this simulator.'}
        </p>
      ) : (
        <ul class="card rows">
          {rows.map(({ account, intent }) => (
            <PaymentRow line={lineOf(frame.sim, account, intent)} />
          ))}
        </ul>
      )}
      <Pager path={CONSOLE} query={{ account: wanted.account, q: wanted.text }} count={found.length} number={number} />
      <Accounts accounts={accounts} />
    </Layout>
  );
}

function Search({ accounts, wanted }: { accounts: AccountLine[]; wanted: { account: string; text: string } }) {
  return (
    <form class="search" method="get" action={CONSOLE} role="search">
      <label class="field">
        Find
        <input name="q" type="search" value={wanted.text} placeholder="Order, id or metadata" />
      </label>
      <label class="field">
        Account
        <select name="account">
          <option value="">All accounts</option>
          {accounts.map(({ id }) => (
            <option value={id} selected={id === wanted.account}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <button class="button">Show</button>
    </form>
  );
}

function PaymentRow({ line }: { line: PaymentLine }) {
  const { intent, instrument, order } = line;
  const { tone, word } = stateOf(line);
  return (
    <li>
      <a class="row payment-row" href={paymentPath(intent.id)}>
        <strong class="price">{shownMoney(intent.amount, intent.currency)}</strong>
        <span class="row-state">
          <Badge tone={tone}>{word}</Badge>
        </span>
        <span class="row-order">{order ?? intent.description ?? <code>{intent.id}</code>}</span>
        <span class="quiet row-card">{instrument ?? 'No payment method'}</span>
        <span class="quiet row-when">
          <Moment ms={intent.created * 1000} />
        </span>
      </a>
    </li>
  );
}

function Accounts({ accounts }: { accounts: AccountLine[] }) {
  if (accounts.length === 0) return null;
  return (
    <section>
      <h2>Accounts seen</h2>
      <ul class="card rows">
        {accounts.map(({ id, payments, endpoints }) => (
          <li class="row account-row">
            <a href={`${CONSOLE}?account=${encodeURIComponent(id)}`}>
              <code>{id}</code>
            </a>
            <span class="quiet">{payments === 1 ? '1 payment' : `${payments} payments`}</span>
            <span class="quiet">
              {endpoints.length === 0 ? 'no webhook endpoint' : `Webhooks to ${endpoints.join(', ')}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const STATES: Readonly<Record<string, { tone: Tone; word: string }>> = {
  requires_payment_method: { tone: 'quiet', word: 'Not paid yet' },
  requires_confirmation: { tone: 'quiet', word: 'Not confirmed' },
  requires_action: { tone: 'held', word: 'Waiting for the customer' },
  processing: { tone: 'held', word: 'Processing' },
  requires_capture: { tone: 'held', word: 'Authorized' },
  succeeded: { tone: 'good', word: 'Paid' },
  canceled: { tone: 'quiet', word: 'Canceled' },
};

/** The state of a payment in a word; one the console has no word for is shown as it is. */
export function stateOf({ intent, refunded }: PaymentLine): { tone: Tone; word: string } {
  if (intent.status === 'requires_payment_method' && intent.last_payment_error)
    return { tone: 'bad', word: 'Declined' };
  if (refunded > 0) {
    return { tone: 'back', word: refunded >= intent.amount_received ? 'Refunded' : 'Partly refunded' };
  }
  if (intent.status === 'requires_capture' && intent.amount_received > 0) {
    return { tone: 'held', word: 'Partly captured' };
  }
  return STATES[intent.status] ?? { tone: 'quiet', word: intent.status };
}
