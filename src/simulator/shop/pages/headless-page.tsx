/** The shop's own checkout with Stripe's fields in it: the cart may change until the moment of paying. */
import { CURRENCIES, type Currency } from '../catalogue.js';
import { Shippings, Sums } from './cart-parts.js';
import { Choice, CustomerCard } from './customer-card.js';
import { CartCard, OwnCheckout, Words, type OwnCheckoutProps } from './own-checkout-parts.js';
import { TestCards } from './test-cards.js';

/** The page of that checkout. */
export function HeadlessPage(props: OwnCheckoutProps) {
  const { texts, draft } = props;
  const codes = Object.fromEntries(CURRENCIES.map((code) => [code, code])) as Record<Currency, string>;
  return (
    <OwnCheckout {...props} way="headless" title={texts.headlessTitle} lead={texts.headlessLead}>
      <div class="stack">
        <CartCard draft={draft} frame={props} />
        <CustomerCard draft={draft} problems={[]} texts={texts} />
        <section class="card pad" aria-labelledby="payment-title">
          <h2 id="payment-title">{texts.payment}</h2>
          <p class="quiet" id="payment-loading">
            {texts.paymentLoading}
          </p>
          <div id="payment" data-testid="payment" />
        </section>
      </div>
      <aside class="card pad summary" aria-labelledby="summary-title">
        <h2 id="summary-title">{texts.yourOrder}</h2>
        <Choice name="currency" label={texts.currency} value={draft.currency} options={CURRENCIES} labels={codes} />
        <Shippings draft={draft} texts={texts} />
        <Sums draft={draft} texts={texts} />
        <Words />
        <button class="button primary" type="submit" id="pay" data-testid="pay" disabled>
          {texts.payHere}
        </button>
        <button class="button" type="button" id="leave" data-testid="leave" disabled>
          {texts.leave}
        </button>
        <TestCards texts={texts} />
      </aside>
    </OwnCheckout>
  );
}
