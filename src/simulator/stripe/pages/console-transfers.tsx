/** The shares of a payment that went to merchants, and what was taken back of them. */
import type Stripe from 'stripe';
import { redact } from '../core/journal.js';
import type { Fact } from './console-layout.js';
import { Badge, FactList, Json, Moment } from './console-layout.js';
import { shownMoney, typedMoney } from './console-money.js';
import { TRANSFER_BUTTONS } from './transfer-buttons.js';

/** One transfer with its reversals; its buttons are sent to `path`, the page of its payment. */
export function Transfer({ transfer, path }: { transfer: Stripe.Transfer; path: string }) {
  const money = (minor: number): string => shownMoney(minor, transfer.currency);
  return (
    <section class="card pad">
      <h2>{`Transfer of ${money(transfer.amount)}`}</h2>
      <FactList
        facts={[
          ['Transfer', <code>{transfer.id}</code>],
          ['Status', <State transfer={transfer} />],
          ['To', <code>{String(transfer.destination)}</code>],
          ['Taken back', transfer.amount_reversed > 0 ? money(transfer.amount_reversed) : null],
          ...transfer.reversals.data.map((reversal): Fact => [
            'Reversal',
            <>
              {money(reversal.amount)} <code>{reversal.id}</code>
            </>,
          ]),
          ['Created', <Moment ms={transfer.created * 1000} />],
        ]}
      />
      {TRANSFER_BUTTONS.filter((button) => button.offered(transfer)).map((button) => (
        <form class="button-form" method="post" action={path}>
          <input type="hidden" name="transfer" value={transfer.id} />
          {button.amount && (
            <label class="field amount">
              {`${button.label}: amount in ${transfer.currency.toUpperCase()}`}
              <input
                name="amount"
                inputMode="decimal"
                required
                autocomplete="off"
                value={typedMoney(button.amount(transfer), transfer.currency)}
              />
            </label>
          )}
          <button class={`button small ${button.look ?? ''}`} name="button" value={button.id} title={button.hint}>
            {button.label}
          </button>
        </form>
      ))}
      <Json label="As JSON" value={redact(transfer)} />
    </section>
  );
}

function State({ transfer }: { transfer: Stripe.Transfer }) {
  if (transfer.reversed) return <Badge tone="back">reversed</Badge>;
  if (transfer.amount_reversed > 0) return <Badge tone="back">partly reversed</Badge>;
  return <Badge tone="good">paid</Badge>;
}
