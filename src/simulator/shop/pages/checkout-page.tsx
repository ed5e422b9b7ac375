/** The shop window and the checkout in one page: products, customer, shipping, payment. */
import { paymentMethods } from '../book.js';
import { CURRENCIES, PRODUCTS, type Currency, type Product } from '../catalogue.js';
import { goes } from '../methods.js';
import type { Draft, DraftProblem } from '../order.js';
import { Art } from './art.js';
import { Shippings, Stepper, Sums, Tag } from './cart-parts.js';
import { Choice, CustomerCard } from './customer-card.js';
import { InsideOption } from './inside-page.js';
import { Layout, Seller, type Frame } from './layout.js';
import { TestCards } from './test-cards.js';
import { Ways } from './ways.js';

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
      <Ways way="page" texts={texts} />
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
  const name = product.name[language];
  return (
    <article class="card product">
      <Art sku={product.sku} />
      <div class="product-text">
        <h2>{name}</h2>
        <Seller sku={product.sku} shop={frame.shop} texts={texts} />
        <p>{product.about[language]}</p>
        <div class="product-end">
          <Tag prices={product.price} currency={draft.currency} texts={texts} />
          <Stepper product={product} quantity={draft.quantities[product.sku] ?? 0} frame={frame} />
        </div>
      </div>
    </article>
  );
}

function Summary({ draft, frame }: { draft: Draft; frame: Frame }) {
  const { texts } = frame;
  const codes = Object.fromEntries(CURRENCIES.map((code) => [code, code])) as Record<Currency, string>;
  return (
    <aside class="card pad summary" aria-labelledby="summary-title">
      <h2 id="summary-title">{texts.yourOrder}</h2>
      <Choice name="currency" label={texts.currency} value={draft.currency} options={CURRENCIES} labels={codes} />
      <Shippings draft={draft} texts={texts} />
      <Methods draft={draft} frame={frame} />
      <InsideOption texts={texts} />
      <Sums draft={draft} texts={texts} />
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
  const methods = paymentMethods(frame.shop.book).filter((method) => goes(method, 'page'));
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
