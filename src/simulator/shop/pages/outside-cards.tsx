/** What the shop cannot do itself: the customer's bank, people in Stripe's dashboard, and time. */
import type { ComponentChildren } from 'preact';
import { isoTime } from '../../../domain/clock.js';
import { formatMoney } from '../../../domain/money.js';
import { typedAmount } from '../amounts.js';
import type { OrderView } from '../book.js';
import { linesFor } from '../commands.js';
import type { OutsideButton, OutsidePayment, OutsideRefund } from '../outside.js';
import type { Texts } from '../texts.js';
import { Moment, Price, type Frame } from './layout.js';

interface OutsideProps {
  view: OrderView;
  outside: OutsidePayment;
  frame: Frame;
}

/** What customers and their banks decide; everything else belongs to Stripe. */
const OF_CUSTOMERS = ['challenge_passed', 'challenge_failed', 'redirect_passed', 'redirect_failed'];
const OF_DEBITS = ['debit_settled', 'debit_refused'];
const TRANSFER = 'transfer';
/** A part that is clearly too little, and one that is clearly too much. */
const LESS_SHARE = 0.5;
const MORE_SHARE = 0.1;
const TIME_STEPS = [3600, 86_400, 604_800];

/** The cards in their order; those with nothing to do are left out. */
export function OutsideCards(props: OutsideProps) {
  const { view, outside, frame } = props;
  const { texts } = frame;
  const named = (ids: readonly string[]) => outside.buttons.filter(({ id }) => ids.includes(id));
  const debit = named(OF_DEBITS);
  const customer = named(OF_CUSTOMERS);
  const refunds = outside.refunds.filter(({ buttons }) => buttons.length > 0);
  const hasTransfer = outside.buttons.some(({ id }) => id === TRANSFER);
  const hasBank = hasTransfer || debit.length + customer.length + refunds.length > 0;
  return (
    <>
      {hasBank && (
        <section class="card pad outside" id="bank" aria-labelledby="bank-title">
          <h2 id="bank-title">{texts.bankTitle}</h2>
          {customer.length > 0 && <p class="quiet">{texts.customerNote}</p>}
          <Buttons buttons={customer} view={view} texts={texts} />
          {debit.length > 0 && <p class="quiet">{texts.bankDebitNote}</p>}
          <Buttons buttons={debit} view={view} texts={texts} />
          {hasTransfer && <Transfer {...props} />}
          {refunds.length > 0 && <p class="quiet refunds-note">{texts.bankRefundNote}</p>}
          {refunds.map((refund) => (
            <Refund refund={refund} view={view} texts={texts} />
          ))}
        </section>
      )}
      <StripeCard {...props} />
      <TimeCard view={view} frame={frame} />
    </>
  );
}

const pathOf = ({ order }: OrderView): string => `/orders/${encodeURIComponent(order.orderReference)}`;

function OutsideForm({ view, children }: { view: OrderView; children: ComponentChildren }) {
  return (
    <form method="post" action={`${pathOf(view)}/outside`} class="outside-form">
      {children}
    </form>
  );
}

function Transfer({ view, outside, frame }: OutsideProps) {
  const { texts, shop } = frame;
  const { currency, grandTotal } = view.order;
  const { remaining, surplus } = outside;
  const less = Math.max(1, Math.floor(remaining * LESS_SHARE));
  const more = remaining + Math.max(1, Math.round(grandTotal * MORE_SHARE));
  const money = (minor: number) => formatMoney({ minor, currency }, texts.locale);
  const send = (id: string, label: string, minor: number) => (
    <button class="button" id={id} name="minor" value={minor} data-testid={id}>
      {label} {money(minor)}
    </button>
  );
  const instructions = `${shop.consoleUrl}/_sim/bank-transfer/${encodeURIComponent(view.paymentReference ?? '')}`;
  return (
    <>
      <p class="quiet">{texts.bankTransferNote}</p>
      <dl class="facts">
        <dt>{texts.remaining}</dt>
        <dd data-testid="remaining">
          <Price minor={remaining} currency={currency} texts={texts} />
        </dd>
        {surplus > 0 && (
          <>
            <dt>{texts.surplus}</dt>
            <dd data-testid="surplus">
              <Price minor={surplus} currency={currency} texts={texts} />
            </dd>
          </>
        )}
      </dl>
      {remaining > 0 && (
        <OutsideForm view={view}>
          <input type="hidden" name="button" value={TRANSFER} />
          <div class="actions">
            {send('send-less', texts.sendLess, less)}
            {send('send-exactly', texts.sendExactly, remaining)}
            {send('send-more', texts.sendMore, more)}
          </div>
        </OutsideForm>
      )}
      <OtherAmount view={view} proposed={remaining > 0 ? remaining : more} texts={texts} />
      {remaining > 0 && (
        <p>
          <a href={`${instructions}?locale=${texts.locale}`}>{texts.instructions}</a>
        </p>
      )}
      {surplus > 0 && <Surplus view={view} surplus={surplus} texts={texts} />}
    </>
  );
}

/** Gives the surplus back by a refund, which the protocol knows of items only. */
function Surplus({ view, surplus, texts }: { view: OrderView; surplus: number; texts: Texts }) {
  const line = linesFor(view, 'refund')[0];
  return (
    <>
      <p class="quiet">
        {texts.surplusNote} {line && texts.surplusWay(line.name)}
      </p>
      {line && (
        <form method="post" action={`${pathOf(view)}/refund`} class="actions">
          <input type="hidden" name="amount" value={typedAmount(surplus, view.order.currency, texts.locale)} />
          <input type="hidden" name={`line.${line.id}`} value="1" />
          <button class="button primary" id="give-surplus-back" data-testid="give-surplus-back">
            {`${texts.giveSurplusBack}: ${formatMoney({ minor: surplus, currency: view.order.currency }, texts.locale)}`}
          </button>
        </form>
      )}
    </>
  );
}

function OtherAmount({ view, proposed, texts }: { view: OrderView; proposed: number; texts: Texts }) {
  return (
    <OutsideForm view={view}>
      <div class="with-amount">
        <div class="field">
          <label for="send-amount">{texts.amount}</label>
          <input
            id="send-amount"
            name="amount"
            inputMode="decimal"
            autocomplete="off"
            required
            value={typedAmount(proposed, view.order.currency, texts.locale)}
          />
        </div>
        <button class="button" id="send-other" name="button" value={TRANSFER} data-testid="send-other">
          {texts.sendOther}
        </button>
      </div>
    </OutsideForm>
  );
}

function Refund({ refund, view, texts }: { refund: OutsideRefund; view: OrderView; texts: Texts }) {
  return (
    <div class="outside-refund">
      <p>
        {texts.refundOf} <Price minor={refund.amount} currency={view.order.currency} texts={texts} />{' '}
        <span class="badge tone-quiet">{texts.refundStates[refund.status] ?? refund.status}</span>
      </p>
      <Buttons buttons={refund.buttons} view={view} texts={texts} refund={refund.id} />
    </div>
  );
}

interface ButtonsProps {
  buttons: readonly OutsideButton[];
  view: OrderView;
  texts: Texts;
  /** The refund they are about. */
  refund?: string;
}

/** One form per button, because some ask for an amount. */
function Buttons({ buttons, view, texts, refund }: ButtonsProps) {
  if (buttons.length === 0) return null;
  return (
    <ul class="outside-buttons">
      {buttons.map((button) => {
        const { id, amount } = button;
        const { label, hint } = texts.outside[id] ?? button;
        const key = refund === undefined ? `outside-${id}` : `outside-${id}-${refund}`;
        return (
          <li>
            <OutsideForm view={view}>
              {refund !== undefined && <input type="hidden" name="refund" value={refund} />}
              <button
                class="button small"
                id={key}
                name="button"
                value={id}
                aria-describedby={`${key}-hint`}
                data-testid={`outside-${id}`}
              >
                {label}
              </button>
              {amount !== undefined && (
                <input
                  class="small-amount"
                  id={`${key}-amount`}
                  name="amount"
                  inputMode="decimal"
                  autocomplete="off"
                  required
                  aria-label={`${label}: ${texts.amount}`}
                  value={typedAmount(amount, view.order.currency, texts.locale)}
                />
              )}
              <span class="quiet" id={`${key}-hint`}>
                {hint}
              </span>
            </OutsideForm>
          </li>
        );
      })}
    </ul>
  );
}

function StripeCard({ view, outside, frame }: OutsideProps) {
  const { texts, shop } = frame;
  const known = [TRANSFER, ...OF_CUSTOMERS, ...OF_DEBITS];
  const buttons = outside.buttons.filter(({ id }) => !known.includes(id));
  const console = `${shop.consoleUrl}/_sim/console/payments/${encodeURIComponent(view.paymentReference ?? '')}`;
  return (
    <section class="card pad outside" id="stripe" aria-labelledby="stripe-title">
      <h2 id="stripe-title">{texts.stripeTitle}</h2>
      <p class="quiet">{texts.stripeNote}</p>
      {outside.disputes.map(({ status, amount }) => (
        <p class="dispute" data-testid="dispute" data-dispute={status}>
          {texts.disputeOf} <Price minor={amount} currency={view.order.currency} texts={texts} />{' '}
          <span class={`badge tone-${status === 'won' ? 'good' : 'bad'}`}>{texts.disputeStates[status] ?? status}</span>
        </p>
      ))}
      <Buttons buttons={buttons} view={view} texts={texts} />
      <p>
        <a href={console}>{texts.stripeConsole}</a>
      </p>
    </section>
  );
}

function TimeCard({ view, frame }: { view: OrderView; frame: Frame }) {
  const { texts, shop } = frame;
  return (
    <section class="card pad outside" aria-labelledby="time-title">
      <h2 id="time-title">{texts.timeTitle}</h2>
      <p class="quiet">{texts.timeNote}</p>
      <p>
        {texts.timeNow} <Moment at={isoTime(shop.clock)} texts={texts} />
      </p>
      <form method="post" action={`${pathOf(view)}/time`} class="actions">
        {TIME_STEPS.map((seconds) => (
          <button class="button small" name="seconds" value={seconds} data-testid={`pass-${seconds}`}>
            {texts.timeSteps[seconds]}
          </button>
        ))}
      </form>
    </section>
  );
}
