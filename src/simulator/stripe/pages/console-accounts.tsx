/** The console's page of connected accounts: how each stands, and what Stripe or the merchant may decide about it. */
import type { AccountAction } from '../control/action.js';
import { accountViews } from '../control/accounts.js';
import type { AccountView } from '../control/accounts.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import { V1_ACCOUNTS_CLOSED } from '../resources/accounts-v1.js';
import { Badge, CONSOLE, Layout, Moment, Pager, pageOfRows } from './console-layout.js';
import type { Frame, Tone } from './console-layout.js';

/** The page's address. */
export const ACCOUNTS_PAGE = `${CONSOLE}/accounts`;

const BUTTONS: readonly { outcome: AccountAction; text: string }[] = [
  { outcome: 'complete', text: 'Complete' },
  { outcome: 'more_later', text: 'More due later' },
  { outcome: 'pending', text: 'Being checked' },
  { outcome: 'restricted', text: 'Restrict' },
  { outcome: 'past_due', text: 'Past due' },
  { outcome: 'rejected', text: 'Reject' },
  { outcome: 'deauthorize', text: 'Disconnect' },
  { outcome: 'close', text: 'Close' },
];

const TONES: Readonly<Record<AccountView['transfers'], Tone>> = { active: 'good', pending: 'held', inactive: 'bad' };

/** The page. */
export function AccountsPage({ frame }: { frame: Frame }) {
  const accounts = accountViews(frame.sim);
  const { rows, number } = pageOfRows(accounts, frame.query);
  return (
    <Layout frame={frame} title="Accounts" tab={ACCOUNTS_PAGE}>
      <div class="title-row">
        <h1>Accounts</h1>
        <p class="quiet">{accounts.length === 1 ? '1 connected account' : `${accounts.length} connected accounts`}</p>
      </div>
      {accounts.length === 0 && <p class="card empty">No merchant is connected to a marketplace yet.</p>}
      {rows.map((account) => (
        <AccountPart account={account} />
      ))}
      <Pager path={ACCOUNTS_PAGE} query={{}} count={accounts.length} number={number} />
      <Creation isClosed={isV1Closed(frame.sim)} />
    </Layout>
  );
}

const isV1Closed = (sim: Simulation): boolean =>
  sim.store.read.get('settings', OWN, V1_ACCOUNTS_CLOSED)?.value === true;

function AccountPart({ account }: { account: AccountView }) {
  const name = account.name ?? account.email ?? account.id;
  const gone = account.closed || account.deauthorized;
  return (
    <section class="card pad">
      <h2>
        {name} <Badge tone={gone ? 'quiet' : TONES[account.transfers]}>{stateOf(account)}</Badge>
      </h2>
      <p class="quiet">
        <code>{account.id}</code> · {account.country} · <Moment ms={account.created} /> · made by {account.platform}
      </p>
      {account.due.length > 0 && (
        <ul class="quiet">
          {account.due.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      )}
      {!gone && (
        <form class="actions" method="post" action={ACCOUNTS_PAGE}>
          <input type="hidden" name="verb" value="decide" />
          <input type="hidden" name="account" value={account.id} />
          {BUTTONS.map(({ outcome, text }) => (
            <button class="button small" name="outcome" value={outcome} aria-label={`${text}: ${name}`}>
              {text}
            </button>
          ))}
        </form>
      )}
    </section>
  );
}

function stateOf({ closed, deauthorized, outcome, transfers }: AccountView): string {
  if (closed) return 'closed';
  if (deauthorized) return 'disconnected';
  if (outcome === 'fresh') return 'not onboarded';
  return `transfers ${transfers}, ${outcome.replaceAll('_', ' ')}`;
}

function Creation({ isClosed }: { isClosed: boolean }) {
  return (
    <section class="card pad">
      <h2>New accounts</h2>
      <p class="quiet">
        {isClosed
          ? 'Only /v2 makes accounts, as Stripe may say to platforms that are new.'
          : 'Both /v1 and /v2 make accounts.'}
      </p>
      <form class="actions" method="post" action={ACCOUNTS_PAGE}>
        <button class="button" name="verb" value={isClosed ? 'allow-v1' : 'refuse-v1'}>
          {isClosed ? 'Let /v1 make accounts' : 'Refuse accounts of /v1'}
        </button>
      </form>
    </section>
  );
}
