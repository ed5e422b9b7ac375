/** The shop window and the checkout in one page: products, customer, shipping, payment. */
import { formatMoney } from '../../../domain/money.js';
import { paymentMethods } from '../book.js';
import {
  COUNTRIES,
  CURRENCIES,
  LANGUAGES,
  MAX_QUANTITY,
  PRODUCTS,
  SHIPPING_COSTS,
  SHIPPINGS,
  type Currency,
  type Prices,
  type Product,
} from '../catalogue.js';
import { isHosted } from '../checkout.js';
import { problemsOf, type Draft, type DraftProblem } from '../order.js';
import type { Texts } from '../texts.js';
import { Art } from './art.js';
import { InsideOption } from './inside-page.js';
import { Layout, type Frame } from './layout.js';
import { TestCards } from './test-cards.js';

interface CheckoutProps extends Frame {
  draft: Draft;
  /** Shown only after the customer tried to place the order. */
  problems: readonly DraftProblem[];
  /** Why the app did not start the payment. */
  failure?: string;
}

/** The page on which a buyer fills the cart, gives an address and chooses how to pay. */
export function CheckoutPage({ draft, problems, failure, ...frame }: CheckoutProps) {
  const { texts } = frame;
  return (
    <Layout {...frame} title={texts.navShop}>
      <div class="hero">
        <h1>{texts.shopTitle}</h1>
        <p>{texts.shopLead}</p>
      </div>
      {(problems.length > 0 || failure !== undefined) && (
        <div class="alert" role="alert" data-testid="problems">
          <strong>{failure === undefined ? texts.problemsTitle : texts.paymentProblem}</strong>
          <ul>
            {problems.map((problem) => (
              <li>{texts[problem.text]}</li>
            ))}
            {failure !== undefined && <li>{failure}</li>}
          </ul>
        </div>
      )}
      <form method="post" action="/orders" class="checkout" data-checkout data-locale={texts.locale} novalidate>
        <div class="stack">
          <section class="products" aria-label={texts.navShop}>
            {PRODUCTS.map((product) => (
              <ProductCard product={product} draft={draft} frame={frame} />
            ))}
          </section>
          <CustomerCard draft={draft} problems={problems} texts={texts} />
        </div>
        <Summary draft={draft} frame={frame} />
      </form>
    </Layout>
  );
}

function ProductCard({ product, draft, frame }: { product: Product; draft: Draft; frame: Frame }) {
  const { texts, language } = frame;
  const field = `quantity.${product.sku}`;
  const name = product.name[language];
  return (
    <article class="card product">
      <Art sku={product.sku} />
      <div class="product-text">
        <h2>{name}</h2>
        <p>{product.about[language]}</p>
        <div class="product-end">
          <Tag prices={product.price} currency={draft.currency} texts={texts} />
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
              value={draft.quantities[product.sku] ?? 0}
              aria-label={`${texts.quantity}: ${name}`}
              data-prices={JSON.stringify(product.price)}
            />
            <button type="button" data-step="1" data-for={field} aria-label={`${texts.more}: ${name}`}>
              +
            </button>
          </div>
        </div>
      </div>
    </article>
  );
}

/** A price that follows the chosen currency. */
function Tag({ prices, currency, texts }: { prices: Prices; currency: Currency; texts: Texts }) {
  const told = Object.fromEntries(CURRENCIES.map((code) => [code, money(prices[code], code, texts)]));
  return (
    <span class="price" data-told={JSON.stringify(told)}>
      {told[currency]}
    </span>
  );
}

interface CustomerProps {
  draft: Draft;
  problems: readonly DraftProblem[];
  texts: Texts;
}

function CustomerCard({ draft, problems, texts }: CustomerProps) {
  const { customer } = draft;
  return (
    <section class="card pad" aria-labelledby="customer-title">
      <h2 id="customer-title">{texts.customer}</h2>
      <div class="fields">
        <Field name="firstName" value={customer.firstName} complete="given-name" problems={problems} texts={texts} />
        <Field name="lastName" value={customer.lastName} complete="family-name" problems={problems} texts={texts} />
        <Field name="email" value={customer.email} complete="email" problems={problems} texts={texts} />
        <Choice
          name="country"
          label={texts.country}
          value={customer.country}
          options={COUNTRIES}
          labels={texts.countries}
        />
        <Choice
          name="locale"
          label={texts.payPageLanguage}
          value={draft.language}
          options={LANGUAGES}
          labels={texts.languages}
        />
      </div>
    </section>
  );
}

interface FieldProps {
  name: 'firstName' | 'lastName' | 'email';
  value: string;
  complete: string;
  problems: readonly DraftProblem[];
  texts: Texts;
}

function Field({ name, value, complete, problems, texts }: FieldProps) {
  const problem = problems.find(({ field }) => field === name);
  return (
    <div class="field">
      <label for={name}>{texts[name]}</label>
      <input
        id={name}
        name={name}
        type={name === 'email' ? 'email' : 'text'}
        value={value}
        autocomplete={complete}
        required
        aria-invalid={problem !== undefined}
        aria-describedby={problem && `${name}-problem`}
      />
      {problem && (
        <p class="field-problem" id={`${name}-problem`}>
          {texts[problem.text]}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  label: string;
  value: T;
  options: readonly T[];
  labels: Readonly<Record<T, string>>;
}

function Choice<T extends string>({ name, label, value, options, labels }: ChoiceProps<T>) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map((option) => (
          <option value={option} selected={option === value}>
            {labels[option]}
          </option>
        ))}
      </select>
    </div>
  );
}

function Summary({ draft, frame }: { draft: Draft; frame: Frame }) {
  const { texts } = frame;
  const codes = Object.fromEntries(CURRENCIES.map((code) => [code, code])) as Record<Currency, string>;
  const sum = PRODUCTS.reduce(
    (total, { sku, price }) => total + price[draft.currency] * (draft.quantities[sku] || 0),
    0,
  );
  const shipping = SHIPPING_COSTS[draft.shipping][draft.currency];
  const canOrder = !problemsOf(draft).some(({ field }) => field === 'cart');
  return (
    <aside class="card pad summary" aria-labelledby="summary-title">
      <h2 id="summary-title">{texts.yourOrder}</h2>
      <Choice name="currency" label={texts.currency} value={draft.currency} options={CURRENCIES} labels={codes} />
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
      <Methods draft={draft} frame={frame} />
      <InsideOption texts={texts} />
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
      <noscript>
        <button class="button" formaction="/" formmethod="get">
          {texts.updateTotal}
        </button>
      </noscript>
      <button class="button primary" type="submit" data-testid="place-order">
        {texts.placeOrder}
      </button>
      <TestCards texts={texts} />
    </aside>
  );
}

function Methods({ draft, frame }: { draft: Draft; frame: Frame }) {
  const methods = paymentMethods(frame.shop.book).filter(({ strategy }) => isHosted(strategy));
  const chosen = methods.find(({ name }) => name === draft.paymentMethod) ?? methods[0];
  return (
    <fieldset id="methods" data-live>
      <legend>{frame.texts.paymentMethod}</legend>
      {methods.length === 0 && <p class="quiet">{frame.texts.noMethod}</p>}
      {methods.map((method) => (
        <label class="option">
          <input type="radio" name="paymentMethod" value={method.name} checked={method === chosen} />
          <span>
            {method.name} <small>{method.providerName}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function money(minor: number, currency: Currency, texts: Texts): string {
  return formatMoney({ minor, currency }, texts.locale);
}
