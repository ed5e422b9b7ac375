/** The page with the payment form: order summary, the place of the connector's fields, the button and its status. */
import type { JSX } from 'preact';
import { BrowserFacts, documentOf, Lock, ShopLink, type Frame } from './layout.js';
import type { Summary } from './summary.js';
import { BROWSER_WORDS, WORDS } from './texts.js';

export interface FormPage {
  frame: Frame;
  summary: Summary;
  /** The shop's cancel page. */
  cancelUrl?: string;
  /** Address of our browser code. */
  scriptUrl: string;
  /** The PSP's script, when its fields need one. */
  pspScriptUrl?: string;
  /** Address of the connector's browser code. */
  islandUrl: string;
  /** Whether the customer's choice is posted to us instead of to the PSP. */
  chooses: boolean;
  expiresInSeconds: number;
  /** The customer comes back from a try that brought no payment: the form says so. */
  tried: boolean;
}

/** The form page as HTML. The client secret is not in it: the browser code fetches that with the page's token. */
export function formPage(page: FormPage): string {
  return documentOf(page.frame, WORDS[page.frame.locale.language].heading, <Content page={page} />);
}

function Content({ page }: { page: FormPage }): JSX.Element {
  const { frame, summary, scriptUrl } = page;
  const words = WORDS[frame.locale.language];
  return (
    <>
      <main id="content" class="wide columns" tabIndex={-1}>
        <h1 class="heading">{words.heading}</h1>
        <Order summary={summary} frame={frame} />
        <section class="card payment" aria-labelledby="payment-heading">
          <h2 id="payment-heading">{words.method}</h2>
          <div id="alert" class="alert" role="alert" tabIndex={-1} hidden />
          <form id="payment-form" novalidate aria-busy="true">
            <div id="fields" class="fields">
              <div class="bones" id="bones" aria-hidden="true">
                <span />
                <span />
                <span class="half" />
                <span class="half" />
              </div>
            </div>
            <p id="status" class="status" role="status" aria-live="polite" />
            <button id="pay" class="button" type="submit" disabled>
              <span class="spinner" aria-hidden="true" />
              <span>{words.pay.replace('{amount}', summary.total)}</span>
            </button>
            <button id="retry" class="button plain" type="button" hidden>
              {words.retry}
            </button>
          </form>
          <noscript>
            <p class="alert">{words.noScript}</p>
          </noscript>
          {!page.chooses && (
            <p class="promise">
              <Lock />
              <span>{words.card}</span>
            </p>
          )}
          {page.cancelUrl !== undefined && (
            <ShopLink url={page.cancelUrl} kind="quiet">
              {words.cancel}
            </ShopLink>
          )}
        </section>
      </main>
      <BrowserFacts facts={factsOf(page)} nonce={frame.nonce} />
      <script type="module" src={scriptUrl} nonce={frame.nonce} />
    </>
  );
}

function Order({ summary, frame }: { summary: Summary; frame: Frame }): JSX.Element {
  const words = WORDS[frame.locale.language];
  return (
    <section class="order" aria-labelledby="order-heading">
      <h2 id="order-heading" class="unseen">
        {words.order}
      </h2>
      <details id="order" class="card">
        <summary>
          <span class="order-title">
            <span class="order-name">{words.order}</span>
            {summary.reference !== undefined && (
              <span class="order-reference">{words.reference.replace('{reference}', summary.reference)}</span>
            )}
          </span>
          <span class="order-total">{summary.total}</span>
        </summary>
        <Lines summary={summary} label={words.items} />
        <dl class="sums">
          {summary.rows.map(({ label, amount, quiet }) => (
            <div class={quiet === true ? 'soft' : undefined}>
              <dt>{label}</dt>
              <dd>{amount}</dd>
            </div>
          ))}
          <div class="total">
            <dt>{words.total}</dt>
            <dd id="total">{summary.total}</dd>
          </div>
        </dl>
      </details>
      {/* Before the first paint, so that nothing jumps: there is room for the whole order beside the form. */}
      <script
        nonce={frame.nonce}
        dangerouslySetInnerHTML={{
          __html: "if(matchMedia('(min-width:56rem)').matches)document.getElementById('order').open=true",
        }}
      />
    </section>
  );
}

function Lines({ summary, label }: { summary: Summary; label: string }): JSX.Element | null {
  if (summary.lines.length === 0) return null;
  return (
    <ul class="lines" aria-label={label}>
      {summary.lines.map(({ name, each, amount }) => (
        <li>
          <span>
            {name}
            {each !== undefined && <small>{each}</small>}
          </span>
          <span class="amount">{amount}</span>
        </li>
      ))}
    </ul>
  );
}

function factsOf({
  frame,
  pspScriptUrl,
  islandUrl,
  chooses,
  expiresInSeconds,
  tried,
}: FormPage): Record<string, unknown> {
  const words = WORDS[frame.locale.language];
  return {
    kind: 'form',
    locale: frame.locale.tag,
    nonce: frame.nonce,
    ...(pspScriptUrl === undefined ? {} : { pspScriptUrl }),
    islandUrl,
    chooses,
    expiresInSeconds,
    tried,
    ancestors: frame.ancestors,
    words: Object.fromEntries(BROWSER_WORDS.map((name) => [name, words[name]])),
  };
}
