/** What the shop's own checkouts share: the form with its settings for the browser, the cart, the thanks. */
import type { ComponentChildren } from 'preact';
import { COUNTRIES, PRODUCTS } from '../catalogue.js';
import type { PaymentMethod } from '../methods.js';
import type { Draft } from '../order.js';
import { Art } from './art.js';
import { Stepper, Tag } from './cart-parts.js';
import { Layout, Seller, type Frame } from './layout.js';
import { Ways, type CheckoutWay } from './ways.js';

export interface OwnCheckoutProps extends Frame {
  draft: Draft;
  /** Names this visitor to the app. */
  guestId: string;
  /** Absent until the app has announced one. */
  method?: PaymentMethod;
}

interface FrameProps extends OwnCheckoutProps {
  way: Exclude<CheckoutWay, 'page'>;
  title: string;
  lead: string;
  children: ComponentChildren;
}

/** The page around a checkout of the shop's own; what the browser's code needs stands in the form. */
export function OwnCheckout({ way, title, lead, children, guestId, method, draft: _draft, ...frame }: FrameProps) {
  const { texts, shop, language } = frame;
  const settings = {
    url: shop.appUrl,
    tenant: shop.tenantId,
    customer: { guestId },
    locale: language,
    method: method && {
      providerName: method.providerName,
      name: method.name,
      checkoutConfiguration: method.checkoutConfiguration,
    },
  };
  return (
    <Layout {...frame} title={title} script={way === 'headless' ? 'headless.js' : 'express.js'}>
      <div class="hero">
        <h1>{title}</h1>
        <p>{lead}</p>
      </div>
      <Ways way={way} texts={texts} />
      {method === undefined && <p class="alert">{texts.noMethod}</p>}
      <form
        class="checkout"
        data-checkout
        data-own={way}
        data-locale={texts.locale}
        data-settings={JSON.stringify(settings)}
        data-countries={JSON.stringify(COUNTRIES)}
        data-texts={JSON.stringify(texts.ownCheckout)}
        novalidate
      >
        {children}
      </form>
      <Thanks frame={frame} />
      <Left frame={frame} way={way} />
    </Layout>
  );
}

/** What the browser's code has to say, beside the button that was pressed. */
export function Words() {
  return (
    <>
      <p class="alert" role="alert" id="problem" data-testid="problem" hidden />
      <p class="note" role="status" id="notice" data-testid="notice" hidden />
    </>
  );
}

/** The products as lines of a cart. */
export function CartCard({ draft, frame }: { draft: Draft; frame: Frame }) {
  const { texts, language } = frame;
  return (
    <section class="card pad" aria-labelledby="cart-title">
      <h2 id="cart-title">{texts.cart}</h2>
      <ul class="cart">
        {PRODUCTS.map((product) => (
          <li class="cart-line product">
            <Art sku={product.sku} />
            <div class="cart-name">
              {product.name[language]}
              <Seller sku={product.sku} shop={frame.shop} texts={texts} />
            </div>
            <Tag prices={product.price} currency={draft.currency} texts={texts} />
            <Stepper product={product} quantity={draft.quantities[product.sku] ?? 0} frame={frame} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Filled in by the browser's code when the order is there. */
function Thanks({ frame: { texts } }: { frame: Frame }) {
  return (
    <section
      class="card pad thanks"
      id="thanks"
      data-testid="thanks"
      tabIndex={-1}
      aria-labelledby="thanks-title"
      hidden
    >
      <h2 id="thanks-title">{texts.thanksTitle}</h2>
      <p class="lead" data-thanks="lead" />
      <dl class="facts" data-thanks="review" />
      <div class="actions">
        <a class="button primary" data-thanks="order" data-testid="to-order">
          {texts.toOrder}
        </a>
        <a class="button" href="/">
          {texts.toShop}
        </a>
      </div>
    </section>
  );
}

/** Shown when the customer has given up. */
function Left({ frame: { texts }, way }: { frame: Frame; way: string }) {
  return (
    <section class="card pad thanks" id="left" data-testid="left" tabIndex={-1} aria-labelledby="left-title" hidden>
      <h2 id="left-title">{texts.leftTitle}</h2>
      <p class="lead">{texts.leftLead}</p>
      <div class="actions">
        <a class="button primary" href={`/${way}`}>
          {texts.beginAgain}
        </a>
        <a class="button" href="/">
          {texts.toShop}
        </a>
      </div>
    </section>
  );
}
