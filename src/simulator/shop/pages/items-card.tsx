/** The items of an order with their states, what the shop can do with some or all of them, and what came of it. */
import type { OrderView } from '../book.js';
import { obstacleTo, type CommandVerb } from '../commands.js';
import { findMerchant } from '../merchants.js';
import type { OrderLine } from '../order.js';
import { shippingState, type LineState } from '../order-state.js';
import { resultsOf, type Result } from '../results.js';
import type { AppRecord } from '../shop.js';
import type { Texts } from '../texts.js';
import { Price, StateBadge } from './layout.js';

interface ItemsProps {
  view: OrderView;
  inside: AppRecord | undefined;
  texts: Texts;
}

const VERBS: readonly CommandVerb[] = ['capture', 'cancel', 'refund'];
const SHOWN_RESULTS = 4;

/** One form: the ticked items go with whichever button is pressed. */
export function ItemsCard({ view, inside, texts }: ItemsProps) {
  const path = `/orders/${encodeURIComponent(view.order.orderReference)}`;
  const isUnpaid = view.status === 'new' || view.status === 'authorization_failed';
  return (
    <section class="card pad" id="lines" data-live aria-labelledby="lines-title">
      <h2 id="lines-title">{texts.items}</h2>
      <form method="post" action={`${path}/capture`}>
        <Lines view={view} texts={texts} />
        <p class="quiet">{texts.chooseNote}</p>
        <div class="field amount">
          <label for="amount">{texts.amount}</label>
          <input id="amount" name="amount" inputMode="decimal" autocomplete="off" aria-describedby="amount-note" />
          <p class="quiet" id="amount-note">
            {texts.amountNote}
          </p>
        </div>
        <div class="actions">
          {isUnpaid && inside?.isProcessing !== true && (
            <button class="button primary" id="button-pay" formaction={`${path}/pay`} data-testid="pay">
              {texts.payNow}
            </button>
          )}
          {VERBS.map((verb) => (
            <CommandButton view={view} verb={verb} path={path} texts={texts} />
          ))}
        </div>
        <Obstacles view={view} texts={texts} />
        <details id="anyway" class="anyway">
          <summary>{texts.anyway}</summary>
          <p class="quiet">{texts.anywayNote}</p>
          <div class="actions">
            {VERBS.map((verb) => (
              <button class="button small" id={`force-${verb}`} name="force" value="1" formaction={`${path}/${verb}`}>
                {texts[verb]}
              </button>
            ))}
          </div>
        </details>
      </form>
      <Results view={view} inside={inside} texts={texts} />
      <p class="quiet who">
        {view.order.customer.firstName} {view.order.customer.lastName} · {view.order.customer.email} ·{' '}
        {texts.countries[view.order.customer.country]}
      </p>
    </section>
  );
}

interface CommandButtonProps {
  view: OrderView;
  verb: CommandVerb;
  path: string;
  texts: Texts;
}

function CommandButton({ view, verb, path, texts }: CommandButtonProps) {
  const obstacle = obstacleTo(view, verb);
  return (
    <button
      class={`button ${verb === 'capture' ? 'primary' : ''}`}
      id={`button-${verb}`}
      formaction={`${path}/${verb}`}
      aria-describedby={obstacle && `obstacle-${verb}`}
      data-testid={verb}
      disabled={obstacle !== undefined}
    >
      {texts[verb]}
    </button>
  );
}

/** Why a button cannot be pressed. While an answer is awaited one line says so for all. */
function Obstacles({ view, texts }: { view: OrderView; texts: Texts }) {
  return (
    <ul class="obstacles quiet" aria-label={texts.notPossible}>
      {VERBS.map((verb) => {
        const obstacle = obstacleTo(view, verb);
        if (obstacle === undefined) return null;
        return (
          <li id={`obstacle-${verb}`}>
            <strong>{texts[verb]}:</strong> {texts.obstacles[obstacle]}
          </li>
        );
      })}
    </ul>
  );
}

function Lines({ view, texts }: { view: OrderView; texts: Texts }) {
  const { order, states } = view;
  return (
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
          <Line line={line} view={view} texts={texts} />
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">
            {texts.shipping} <small class="quiet">{texts.shippingNames[order.shipping]}</small>
          </th>
          <td>{order.shippingCost > 0 && <StateBadge state={shippingState([...states.values()])} texts={texts} />}</td>
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
  );
}

function Line({ line, view, texts }: { line: OrderLine; view: OrderView; texts: Texts }) {
  const { order, states, waiting } = view;
  const state: LineState = states.get(line.id) ?? 'new';
  const isOnItsWay = waiting.some(({ command }) => command.payload.orderItemIds.includes(line.id));
  return (
    <tr data-testid="line-row" data-line={line.id} data-state={state}>
      <td>
        <label class="tick">
          <input
            type="checkbox"
            id={`line-${line.id}`}
            name={`line.${line.id}`}
            value="1"
            aria-label={`${texts.choose}: ${line.name} #${line.id}`}
          />
          <span>
            {line.name} <small class="quiet">#{line.id}</small>
            {line.merchantReference !== undefined && (
              <small class="seller">
                {texts.soldBy(findMerchant(line.merchantReference)?.name ?? line.merchantReference)}
              </small>
            )}
          </span>
        </label>
      </td>
      <td>
        {isOnItsWay ? (
          <span class="badge tone-held">{texts.onItsWay}</span>
        ) : (
          <StateBadge state={state} texts={texts} />
        )}
      </td>
      <td class="number">
        <Price minor={line.price} currency={order.currency} texts={texts} />
      </td>
    </tr>
  );
}

const TONES: Readonly<Record<Result['state'], string>> = {
  waiting: 'held',
  done: 'good',
  failed: 'bad',
  refused: 'bad',
  silent: 'quiet',
};

function Results({ view, inside, texts }: ItemsProps) {
  const results = resultsOf(view).slice(0, SHOWN_RESULTS);
  if (results.length === 0) return null;
  return (
    <>
      <h3 class="results-title">{texts.resultsTitle}</h3>
      <ul class="results">
        {results.map((result) => (
          <ResultRow result={result} view={view} inside={inside} texts={texts} />
        ))}
      </ul>
    </>
  );
}

function ResultRow({ result, view, inside, texts }: ItemsProps & { result: Result }) {
  const { known, state } = result;
  const { id, name, payload } = known.command;
  const minor = Math.abs(payload.amount);
  const noted = inside?.commands.find((command) => command.id === id)?.result ?? '';
  const reason = noted.replace(/^(refused|ignored): /, '');
  return (
    <li data-testid="result" data-command={name} data-result={state}>
      <span class={`badge tone-${TONES[state]}`}>
        {state === 'waiting' && <span class="spinner" aria-hidden="true" />}
        {state === 'waiting' ? texts.waiting[name] : texts.results[state]}
      </span>{' '}
      <span>
        {texts.commandNames[name]}
        {minor > 0 && (
          <>
            {' · '}
            <Price minor={minor} currency={view.order.currency} texts={texts} />
          </>
        )}
        {` · ${texts.itemCount(payload.orderItemIds.length)}`}
      </span>
      {(state === 'failed' || state === 'silent') && reason !== '' && <p class="quiet reason">{reason}</p>}
    </li>
  );
}
