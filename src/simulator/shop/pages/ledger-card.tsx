/** The ledger of an order's payment as the app derives it: entries, and balances whose two sums are equal. */
import type { Ledger, LedgerEntry } from '../../../domain/ledger.js';
import { formatMoney } from '../../../domain/money.js';
import { findMerchant } from '../merchants.js';
import type { AppRecord } from '../shop.js';
import type { Texts } from '../texts.js';
import { Moment } from './layout.js';

/** Everything the app has on record, as far as it is of use to somebody who looks at an order. */
export function LedgerCard({ inside, texts }: { inside: AppRecord; texts: Texts }) {
  const { ledger, details, status } = inside;
  return (
    <section class="card pad" id="ledger" aria-labelledby="ledger-title">
      <h2 id="ledger-title">{texts.ledgerTitle}</h2>
      <p class="quiet">{texts.ledgerNote}</p>
      {ledger.entries.length === 0 ? (
        <p class="quiet">{texts.ledgerEmpty}</p>
      ) : (
        <>
          <Entries ledger={ledger} texts={texts} />
          <Balances ledger={ledger} texts={texts} />
        </>
      )}
      <Verdict ledger={ledger} texts={texts} />
      <details id="ledger-details">
        <summary>{texts.recordTitle}</summary>
        <dl class="facts">
          <dt>{texts.appStatus}</dt>
          <dd>{status}</dd>
          {Object.entries(details).map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      </details>
    </section>
  );
}

function Entries({ ledger, texts }: { ledger: Ledger; texts: Texts }) {
  return (
    <table class="lines ledger">
      <thead>
        <tr>
          <th scope="col">{texts.ledgerWhat}</th>
          <th scope="col">
            {texts.debit} / {texts.credit}
          </th>
          <th scope="col" class="number">
            {texts.amount}
          </th>
        </tr>
      </thead>
      <tbody>
        {ledger.entries.map((entry) => (
          <tr data-testid="ledger-entry">
            <td>
              {movementName(entry, texts)}{' '}
              <small class="quiet">
                <Moment at={entry.at} texts={texts} />
              </small>
            </td>
            <td>
              {accountName(entry.debit, texts)}
              <br />
              <span class="credit">{accountName(entry.credit, texts)}</span>
            </td>
            <td class="number price">{money(entry.amount, ledger, texts)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Sums {
  debit: number;
  credit: number;
}

/** Debits and credits of every account, in the order in which the accounts come up. */
function sumsOf(entries: readonly LedgerEntry[]): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  const of = (account: string): Sums => {
    const present = sums.get(account) ?? { debit: 0, credit: 0 };
    sums.set(account, present);
    return present;
  };
  for (const { debit, credit, amount } of entries) {
    of(debit).debit += amount;
    of(credit).credit += amount;
  }
  return sums;
}

function Balances({ ledger, texts }: { ledger: Ledger; texts: Texts }) {
  const rows = [...sumsOf(ledger.entries)];
  const total = (side: keyof Sums) => rows.reduce((sum, [, sums]) => sum + sums[side], 0);
  return (
    <table class="lines ledger">
      <thead>
        <tr>
          <th scope="col">{texts.account}</th>
          <th scope="col" class="number">
            {texts.debit}
          </th>
          <th scope="col" class="number">
            {texts.credit}
          </th>
          <th scope="col" class="number">
            {texts.balance}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([account, { debit, credit }]) => (
          <tr data-testid="ledger-balance" data-account={account} data-balance={debit - credit}>
            <td>{accountName(account, texts)}</td>
            <td class="number">{money(debit, ledger, texts)}</td>
            <td class="number">{money(credit, ledger, texts)}</td>
            <td class="number price">{money(debit - credit, ledger, texts)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr class="ledger-sum">
          <th scope="row">{texts.sum}</th>
          <td class="number" data-testid="ledger-debits">
            {money(total('debit'), ledger, texts)}
          </td>
          <td class="number" data-testid="ledger-credits">
            {money(total('credit'), ledger, texts)}
          </td>
          <td class="number">{money(total('debit') - total('credit'), ledger, texts)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Verdict({ ledger, texts }: { ledger: Ledger; texts: Texts }) {
  const isRight = ledger.faults.length === 0;
  return (
    <p class={`verdict tone-${isRight ? 'good' : 'bad'}`} data-testid="ledger-verdict" data-right={isRight}>
      {isRight ? texts.ledgerBalances : `${texts.ledgerWrong} ${ledger.faults.join('; ')}`}
    </p>
  );
}

/** Refunds and transfers carry the PSP's id in their name, which says nothing to people. */
function movementName({ what }: LedgerEntry, texts: Texts): string {
  return texts.movements[what.replace(/^refund \S+ /, 'refund ').replace(/^(transfer|reversal) .*/, '$1')] ?? what;
}

function accountName(account: string, texts: Texts): string {
  const merchant = findMerchant(/^merchant (.+)/.exec(account)?.[1]);
  return texts.accounts[account] ?? merchant?.name ?? account;
}

function money(minor: number, { currency }: Ledger, texts: Texts): string {
  return formatMoney({ minor, currency }, texts.locale);
}
