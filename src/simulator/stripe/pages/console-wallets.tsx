/** The console's page of express checkouts: which wallets the buyer's browser has, domains, and confirmation tokens. */
import type Stripe from 'stripe';
import type { Simulation } from '../core/simulation.js';
import { missingWallets } from '../resources/elements-sessions.js';
import { WALLETS } from '../resources/wallets.js';
import type { Wallet } from '../resources/wallets.js';
import { Badge, CONSOLE, Json, Layout, Moment, Pager, pageOfRows } from './console-layout.js';
import type { Frame } from './console-layout.js';

/** The page's address. */
export const WALLETS_PAGE = `${CONSOLE}/wallets`;

const NAMES: Readonly<Record<Wallet, string>> = {
  apple_pay: 'Apple Pay',
  google_pay: 'Google Pay',
  link: 'Link',
  paypal: 'PayPal',
  klarna: 'Klarna',
  amazon_pay: 'Amazon Pay',
};

const nameOf = (wallet: string): string => NAMES[wallet as Wallet] ?? wallet;

interface Owned<Row> {
  account: string;
  value: Row;
}

/** Rows of every account, newest first. */
function owned<C extends 'payment_method_domains' | 'confirmation_tokens'>(sim: Simulation, collection: C) {
  const { store } = sim;
  const rows = store
    .accounts(collection)
    .flatMap((account) => store.read.all(collection, account).map((value) => ({ account, value })));
  return rows.reverse().sort((one, other) => other.value.created - one.value.created);
}

/** The page. */
export function WalletsPage({ frame }: { frame: Frame }) {
  const tokens = owned(frame.sim, 'confirmation_tokens');
  const { rows, number } = pageOfRows(tokens, frame.query);
  return (
    <Layout frame={frame} title="Wallets" tab={WALLETS_PAGE}>
      <div class="title-row">
        <h1>Wallets</h1>
        <p class="quiet">What an express checkout may show, and what it brought.</p>
      </div>
      <div class="columns">
        <Browser missing={missingWallets(frame.sim.store.read)} />
        <Domains domains={owned(frame.sim, 'payment_method_domains')} />
      </div>
      <section class="card pad">
        <h2>Confirmation tokens</h2>
        {tokens.length === 0 && <p class="quiet">No token yet. Stripe.js makes one when a buyer approves.</p>}
        <ol class="timeline">
          {rows.map((row) => (
            <TokenRow row={row} now={frame.sim.now()} />
          ))}
        </ol>
      </section>
      <Pager path={WALLETS_PAGE} query={{}} count={tokens.length} number={number} />
    </Layout>
  );
}

function Browser({ missing }: { missing: readonly string[] }) {
  return (
    <section class="card pad">
      <h2>In the buyer’s browser</h2>
      <ul class="plain">
        {WALLETS.map((wallet) => {
          const there = !missing.includes(wallet);
          return (
            <li class="line rule">
              <span>{NAMES[wallet]}</span>
              <Badge tone={there ? 'good' : 'quiet'}>{there ? 'there' : 'not there'}</Badge>
              <form method="post" action={WALLETS_PAGE}>
                <input type="hidden" name="verb" value={there ? 'take' : 'give'} />
                <button
                  class="button small"
                  name="wallet"
                  value={wallet}
                  aria-label={`${there ? 'Take away' : 'Give back'} ${NAMES[wallet]}`}
                >
                  {there ? 'Take away' : 'Give back'}
                </button>
              </form>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Domains({ domains }: { domains: Owned<Stripe.PaymentMethodDomain>[] }) {
  return (
    <section class="card pad">
      <h2>Domains</h2>
      {domains.length === 0 && (
        <p class="quiet">No host is registered. On this machine wallets are allowed all the same.</p>
      )}
      {domains.map(({ account, value }) => (
        <DomainPart account={account} domain={value} />
      ))}
    </section>
  );
}

function DomainPart({ account, domain }: { account: string; domain: Stripe.PaymentMethodDomain }) {
  return (
    <section>
      <h3>
        {domain.domain_name}{' '}
        <Badge tone={domain.enabled ? 'good' : 'quiet'}>{domain.enabled ? 'enabled' : 'off'}</Badge>
      </h3>
      <p class="quiet">{account}</p>
      <ul class="plain">
        {WALLETS.map((wallet) => {
          const { status, status_details } = domain[wallet];
          const active = status === 'active';
          return (
            <li class="line rule">
              <span>
                {NAMES[wallet]}
                {status_details && <span class="quiet">{status_details.error_message}</span>}
              </span>
              <Badge tone={active ? 'good' : 'bad'}>{status}</Badge>
              <form method="post" action={WALLETS_PAGE}>
                <input type="hidden" name="verb" value={active ? 'inactive' : 'active'} />
                <input type="hidden" name="domain" value={domain.id} />
                <button
                  class="button small"
                  name="wallet"
                  value={wallet}
                  aria-label={`Make ${NAMES[wallet]} ${active ? 'inactive' : 'active'} on ${domain.domain_name}`}
                >
                  {active ? 'Make inactive' : 'Make active'}
                </button>
              </form>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function stateOf(token: Stripe.ConfirmationToken, now: number): { tone: 'good' | 'quiet' | 'held'; text: string } {
  if (token.payment_intent !== null) return { tone: 'good', text: 'used' };
  const expired = token.expires_at !== null && token.expires_at * 1000 <= now;
  return expired ? { tone: 'quiet', text: 'expired' } : { tone: 'held', text: 'waiting' };
}

function TokenRow({ row: { account, value: token }, now }: { row: Owned<Stripe.ConfirmationToken>; now: number }) {
  const { payment_intent: intent, payment_method_preview: preview } = token;
  const { tone, text } = stateOf(token, now);
  const wallet = preview?.card?.wallet?.type ?? preview?.type ?? '';
  return (
    <li>
      <div class="line whole">
        <code>{token.id}</code>
        <Badge tone={tone}>{text}</Badge>
      </div>
      <p class="quiet">
        <Moment ms={token.created * 1000} /> · {nameOf(wallet)}
        {preview?.card && ` · ${preview.card.brand} •••• ${preview.card.last4}`} · {account}
        {intent !== null && (
          <>
            {' · '}
            <a href={`${CONSOLE}/payments/${intent}`}>{intent}</a>
          </>
        )}
      </p>
      <Json label="The token" value={token} />
    </li>
  );
}
