/** Where the payment page sends the customer back to, and the page for what does not exist. */
import { Layout, type Frame } from './layout.js';
import { StatusCard, type Sides } from './order-page.js';

interface OutcomeProps extends Frame, Sides {
  outcome: 'success' | 'cancel';
}

/** The page a buyer comes back to after paying: it says how it went and what to do next. */
export function OutcomePage({ outcome, view, inside, outside: _outside, ...frame }: OutcomeProps) {
  const { texts } = frame;
  const path = `/orders/${encodeURIComponent(view.order.orderReference)}`;
  const isUnpaid = view.status === 'new' || view.status === 'authorization_failed';
  return (
    <Layout {...frame} title={texts[`${outcome}Title`]}>
      <div class="hero" data-testid={`page-${outcome}`}>
        <p class="hero-title">{texts[`${outcome}Title`]}</p>
        <p>{texts[`${outcome}Lead`]}</p>
      </div>
      <StatusCard view={view} inside={inside} texts={texts} />
      <div class="actions" id="outcome-actions" data-live>
        {outcome === 'cancel' && isUnpaid && (
          <>
            <form method="post" action={`${path}/pay`}>
              <button class="button primary" data-testid="pay" id="button-pay">
                {texts.payNow}
              </button>
            </form>
            {view.status === 'new' && (
              <form method="post" action={`${path}/cancel`}>
                <button class="button" data-testid="cancel" id="button-cancel">
                  {texts.cancel}
                </button>
              </form>
            )}
          </>
        )}
        <a class="button" href={path} data-testid="to-order">
          {texts.toOrder}
        </a>
        <a class="button" href="/">
          {texts.toShop}
        </a>
      </div>
    </Layout>
  );
}

/** The page for an address at which there is nothing. */
export function MissingPage({ text, ...frame }: Frame & { text: string }) {
  return (
    <Layout {...frame} title={text}>
      <div class="card pad empty">
        <h1>{text}</h1>
        <a class="button" href="/">
          {frame.texts.toShop}
        </a>
      </div>
    </Layout>
  );
}
