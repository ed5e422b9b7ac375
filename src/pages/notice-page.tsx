/** A page without a form: what happened to the payment, or to the link, and where to go from here. */
import type { JSX } from 'preact';
import { BrowserFacts, documentOf, ShopLink, type Frame } from './layout.js';
import type { Summary } from './summary.js';
import { NOTICES, WORDS, type NoticeState } from './texts.js';

export interface NoticePage {
  frame: Frame;
  state: NoticeState;
  /** Absent when the page may not tell anything of a payment. */
  summary?: Summary;
  /** Where to go now. */
  shopUrl?: string;
  /** Address of our browser code, when the page moves on by itself or keeps looking. */
  scriptUrl?: string;
  /** The browser code goes to the shop at once. */
  leaves?: boolean;
}

/** The notice as HTML. */
export function noticePage(page: NoticePage): string {
  const { heading } = NOTICES[page.frame.locale.language][page.state];
  return documentOf(page.frame, heading, <Content page={page} />);
}

function Content({ page }: { page: NoticePage }): JSX.Element {
  const { frame, state, summary, shopUrl, scriptUrl } = page;
  const { heading, text } = NOTICES[frame.locale.language][state];
  const words = WORDS[frame.locale.language];
  const facts = {
    kind: 'notice',
    state,
    ancestors: frame.ancestors,
    leaves: page.leaves === true,
    ...(shopUrl === undefined ? {} : { shopUrl }),
    words: {},
  };
  return (
    <>
      <main id="content" class="wide narrow" tabIndex={-1}>
        <section class={`card notice ${toneOf(state)}`}>
          <Mark tone={toneOf(state)} />
          <h1>{heading}</h1>
          <p>{text}</p>
          {summary !== undefined && (
            <dl class="sums">
              {summary.reference !== undefined && (
                <div>
                  <dt>{words.order}</dt>
                  <dd>{summary.reference}</dd>
                </div>
              )}
              <div class="total">
                <dt>{words.total}</dt>
                <dd>{summary.total}</dd>
              </div>
            </dl>
          )}
          {shopUrl !== undefined && (
            <ShopLink url={shopUrl} kind="button">
              {state === 'paid' || state === 'processing' ? words.onward : words.back}
            </ShopLink>
          )}
        </section>
      </main>
      {scriptUrl !== undefined && (
        <>
          <BrowserFacts facts={facts} nonce={frame.nonce} />
          <script type="module" src={scriptUrl} nonce={frame.nonce} />
        </>
      )}
    </>
  );
}

/** How good the news is. */
export type Tone = 'good' | 'waiting' | 'bad' | 'plain';

function toneOf(state: NoticeState): Tone {
  if (state === 'paid') return 'good';
  if (state === 'processing') return 'waiting';
  return state === 'failed' || state === 'closed' || state === 'broken' ? 'bad' : 'plain';
}

const MARKS: Readonly<Record<Tone, string>> = {
  good: 'M6.5 12.5l3.6 3.6 7.4-8',
  waiting: 'M12 7v5.2l3.4 2',
  bad: 'M12 7v6M12 16.4v.1',
  plain: 'M12 11v5.5M12 7.6v.1',
};

/** A sign in a circle; decoration. */
export function Mark({ tone }: { tone: Tone }): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="56" height="56" aria-hidden="true" focusable="false">
      <circle cx="12" cy="12" r="11" />
      <path d={MARKS[tone]} />
    </svg>
  );
}
