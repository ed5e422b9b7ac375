/** A cart with the buttons of wallets below it: no form at all, the wallet knows who buys. */
import { CURRENCIES, type Currency } from '../catalogue.js';
import { Choice } from './customer-card.js';
import { CartCard, OwnCheckout, Words, type OwnCheckoutProps } from './own-checkout-parts.js';

/** The page of the wallets. */
export function ExpressPage(props: OwnCheckoutProps) {
  const { texts, draft } = props;
  const codes = Object.fromEntries(CURRENCIES.map((code) => [code, code])) as Record<Currency, string>;
  return (
    <OwnCheckout {...props} way="express" title={texts.expressTitle} lead={texts.expressLead}>
      <div class="stack">
        <CartCard draft={draft} frame={props} />
      </div>
      <aside class="card pad summary" aria-labelledby="summary-title">
        <h2 id="summary-title">{texts.yourOrder}</h2>
        <input type="hidden" name="locale" value={draft.language} />
        <Choice name="currency" label={texts.currency} value={draft.currency} options={CURRENCIES} labels={codes} />
        <dl class="sums" aria-live="polite">
          <dt class="sum-total">{texts.subtotal}</dt>
          <dd class="sum-total" data-sum="subtotal" data-testid="total" />
        </dl>
        <p class="quiet">{texts.expressShipping}</p>
        <p class="quiet" id="payment-loading">
          {texts.paymentLoading}
        </p>
        <Words />
        <div id="wallets" data-testid="wallets" />
      </aside>
    </OwnCheckout>
  );
}
