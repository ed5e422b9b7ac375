/** Paying without leaving the shop: the app's payment page in a frame of ours (docs/embedding.md). */
import type { Texts } from '../texts.js';
import { Layout, type Frame } from './layout.js';

/** The box to tick in the checkout. */
export function InsideOption({ texts }: { texts: Texts }) {
  return (
    <label class="option inside-option">
      <input type="checkbox" name="inside" data-testid="pay-inside" />
      <span>
        {texts.payInside} <small>{texts.payInsideNote}</small>
      </span>
    </label>
  );
}

interface InsideProps extends Frame {
  orderReference: string;
  /** Address of the payment page. */
  paymentUrl: string;
}

/** The page with the frame. The browser code makes it as high as what is in it, and goes on when the payment is made. */
export function InsidePage({ orderReference, paymentUrl, ...frame }: InsideProps) {
  const { texts } = frame;
  return (
    <Layout {...frame} title={texts.payInsideTitle}>
      <div class="hero">
        <h1>{texts.payInsideTitle}</h1>
        <p>
          {texts.order} {orderReference}
        </p>
      </div>
      <iframe
        class="payment-frame"
        src={paymentUrl}
        title={texts.payInsideTitle}
        allow="payment *"
        data-payment
        data-testid="payment-frame"
      />
      <p>
        <a href={`/orders/${encodeURIComponent(orderReference)}`}>{texts.toOrder}</a>
      </p>
    </Layout>
  );
}
