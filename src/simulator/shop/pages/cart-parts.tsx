/** Pieces of a cart that every checkout of the shop shows: prices, quantities, shipping and sums. */
import { formatMoney } from '../../../domain/money.js';
import {
  CURRENCIES,
  MAX_QUANTITY,
  PRODUCTS,
  SHIPPING_COSTS,
  SHIPPINGS,
  type Currency,
  type Prices,
  type Product,
} from '../catalogue.js';
import { problemsOf, type Draft } from '../order.js';
import type { Texts } from '../texts.js';
import type { Frame } from './layout.js';

/** A price that follows the chosen currency. */
export function Tag({ prices, currency, texts }: { prices: Prices; currency: Currency; texts: Texts }) {
  const told = Object.fromEntries(CURRENCIES.map((code) => [code, money(prices[code], code, texts)]));
  return (
    <span class="price" data-told={JSON.stringify(told)}>
      {told[currency]}
    </span>
  );
}

/** Plus, minus and the number of units between them. */
export function Stepper({ product, quantity, frame }: { product: Product; quantity: number; frame: Frame }) {
  const { texts, language } = frame;
  const field = `quantity.${product.sku}`;
  const name = product.name[language];
  return (
    <div class="stepper">
      <button type="button" data-step="-1" data-for={field} aria-label={`${texts.fewer}: ${name}`}>
        −
      </button>
      <input
        type="number"
        id={field}
        name={field}
        min="0"
        max={MAX_QUANTITY}
        inputMode="numeric"
        value={quantity}
        aria-label={`${texts.quantity}: ${name}`}
        data-prices={JSON.stringify(product.price)}
      />
      <button type="button" data-step="1" data-for={field} aria-label={`${texts.more}: ${name}`}>
        +
      </button>
    </div>
  );
}

/** The ways of sending with their prices. */
export function Shippings({ draft, texts }: { draft: Draft; texts: Texts }) {
  return (
    <fieldset>
      <legend>{texts.shipping}</legend>
      {SHIPPINGS.map((shippingName) => (
        <label class="option">
          <input
            type="radio"
            name="shipping"
            value={shippingName}
            checked={shippingName === draft.shipping}
            data-prices={JSON.stringify(SHIPPING_COSTS[shippingName])}
          />
          <span>
            {texts.shippingNames[shippingName]} <small>{texts.shippingTimes[shippingName]}</small>
          </span>
          <Tag prices={SHIPPING_COSTS[shippingName]} currency={draft.currency} texts={texts} />
        </label>
      ))}
    </fieldset>
  );
}

/** What everything costs together. */
export function Sums({ draft, texts }: { draft: Draft; texts: Texts }) {
  const sum = PRODUCTS.reduce(
    (total, { sku, price }) => total + price[draft.currency] * (draft.quantities[sku] || 0),
    0,
  );
  const shipping = SHIPPING_COSTS[draft.shipping][draft.currency];
  const canOrder = !problemsOf(draft).some(({ field }) => field === 'cart');
  return (
    <dl class="sums" aria-live="polite">
      <dt>{texts.subtotal}</dt>
      <dd data-sum="subtotal">{money(sum, draft.currency, texts)}</dd>
      <dt>{texts.shipping}</dt>
      <dd data-sum="shipping">{money(shipping, draft.currency, texts)}</dd>
      <dt class="sum-total">{texts.total}</dt>
      <dd class="sum-total" data-sum="total" data-testid="total">
        {money(canOrder ? sum + shipping : shipping, draft.currency, texts)}
      </dd>
    </dl>
  );
}

function money(minor: number, currency: Currency, texts: Texts): string {
  return formatMoney({ minor, currency }, texts.locale);
}
