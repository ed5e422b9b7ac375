/** Who gets what of an order: the items of each merchant with commission and share, and the two commands about them. */
import type { OrderView } from '../book.js';
import { COMMISSION_PERCENT, findMerchant } from '../merchants.js';
import { payable, reversible, sharesOf, type Share } from '../payout.js';
import type { Texts } from '../texts.js';
import { Price } from './layout.js';

interface SharesProps {
  view: OrderView;
  texts: Texts;
}

/** The card; nothing for an order without merchants. */
export function SharesCard({ view, texts }: SharesProps) {
  const shares = sharesOf(view);
  if (shares.length === 0) return null;
  const path = `/orders/${encodeURIComponent(view.order.orderReference)}`;
  const references = [...new Set(shares.map(({ merchantReference }) => merchantReference))];
  return (
    <section class="card pad" id="shares" data-live aria-labelledby="shares-title">
      <h2 id="shares-title">{texts.sharesTitle}</h2>
      <p class="quiet">{texts.sharesNote(COMMISSION_PERCENT)}</p>
      <form method="post" action={`${path}/payout`}>
        {references.map((reference) => (
          <MerchantShares
            reference={reference}
            shares={shares.filter(({ merchantReference }) => merchantReference === reference)}
            view={view}
            texts={texts}
          />
        ))}
        <Buttons view={view} path={path} texts={texts} />
      </form>
      <p class="quiet who">{texts.nothingSold}</p>
    </section>
  );
}

function Buttons({ view, path, texts }: SharesProps & { path: string }) {
  const obstacles = [
    ...(payable(view).length === 0 ? (['payout'] as const) : []),
    ...(reversible(view).length === 0 ? (['reversal'] as const) : []),
  ];
  const labels = { payout: texts.payOut, reversal: texts.reverseAll };
  return (
    <>
      <div class="actions">
        <button
          class="button primary"
          id="button-payout"
          data-testid="payout"
          disabled={obstacles.includes('payout')}
          aria-describedby={obstacles.includes('payout') ? 'obstacle-payout' : undefined}
        >
          {texts.payOut}
        </button>
        <button
          class="button"
          id="button-reverse"
          formaction={`${path}/reverse-payout`}
          data-testid="reverse-payout"
          disabled={obstacles.includes('reversal')}
          aria-describedby={obstacles.includes('reversal') ? 'obstacle-reversal' : undefined}
        >
          {texts.reverseAll}
        </button>
      </div>
      <ul class="obstacles quiet" aria-label={texts.notPossible}>
        {obstacles.map((obstacle) => (
          <li id={`obstacle-${obstacle}`}>
            <strong>{labels[obstacle]}:</strong> {texts.shareObstacles[obstacle]}
          </li>
        ))}
      </ul>
    </>
  );
}

function MerchantShares({ reference, shares, view, texts }: SharesProps & { reference: string; shares: Share[] }) {
  const { currency } = view.order;
  const name = findMerchant(reference)?.name ?? reference;
  const total = (of: (share: Share) => number) => shares.reduce((sum, share) => sum + of(share), 0);
  return (
    <table class="lines shares" data-merchant={reference}>
      <caption>
        {name} <small class="quiet">{reference}</small>
      </caption>
      <thead>
        <tr>
          <th scope="col">{texts.article}</th>
          <th scope="col" class="number">
            {texts.price}
          </th>
          <th scope="col" class="number">
            {texts.commission}
          </th>
          <th scope="col" class="number">
            {texts.share}
          </th>
        </tr>
      </thead>
      <tbody>
        {shares.map((share) => (
          <ShareRows share={share} view={view} texts={texts} />
        ))}
      </tbody>
      {shares.length > 1 && (
        <tfoot>
          <tr class="shares-sum">
            <th scope="row">{texts.sum}</th>
            {[({ line }: Share) => line.price, (share: Share) => share.commission, (share: Share) => share.payout].map(
              (of) => (
                <td class="number">
                  <Price minor={total(of)} currency={currency} texts={texts} />
                </td>
              ),
            )}
          </tr>
        </tfoot>
      )}
    </table>
  );
}

type ShareState = keyof Texts['shareStates'];

function stateOf({ transferId, back, line }: Share, { states }: OrderView): ShareState {
  if (transferId !== undefined) return states.get(line.id) === 'refunded' ? 'refundedPaid' : 'paid';
  return back > 0 ? 'back' : 'open';
}

const TONES: Readonly<Record<ShareState, string>> = { open: 'quiet', paid: 'good', back: 'back', refundedPaid: 'held' };

/** The numbers, and below them what became of the share. */
function ShareRows({ share, view, texts }: SharesProps & { share: Share }) {
  const { line, commission, payout, transferId, failure } = share;
  const { currency, orderReference } = view.order;
  const state = stateOf(share, view);
  return (
    <>
      <tr class="share" data-testid="share" data-line={line.id} data-state={failure === undefined ? state : 'failed'}>
        <th scope="row">
          {line.name} <small class="quiet">#{line.id}</small>
        </th>
        <td class="number">
          <Price minor={line.price} currency={currency} texts={texts} />
        </td>
        <td class="number">
          <Price minor={commission} currency={currency} texts={texts} />
        </td>
        <td class="number">
          <Price minor={payout} currency={currency} texts={texts} />
        </td>
      </tr>
      <tr class="share-state">
        <td colSpan={4}>
          <span class={`badge tone-${TONES[state]}`}>{texts.shareStates[state]}</span>
          {transferId !== undefined && <code>{transferId}</code>}
          {transferId !== undefined && (
            <button
              class="button small"
              id={`reverse-${line.id}`}
              name="line"
              value={line.id}
              formaction={`/orders/${encodeURIComponent(orderReference)}/reverse-payout`}
              aria-label={`${texts.reverseOne}: ${line.name} #${line.id}`}
              data-testid="reverse-one"
            >
              {texts.reverseOne}
            </button>
          )}
          {failure !== undefined && (
            <p class="share-failure" data-testid="share-failure">
              <span class="badge tone-bad">{texts.results.failed}</span> {failure}
            </p>
          )}
        </td>
      </tr>
    </>
  );
}
