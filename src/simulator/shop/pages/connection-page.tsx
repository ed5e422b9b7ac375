/** What an operator sees in an app catalog: the state of the connection, the configuration, the way out. */
import { errorText } from '../app-client.js';
import { appState, paymentMethods } from '../book.js';
import { DEMO_CONFIGURATION, dialogueIn, type Dialogue } from '../connection.js';
import { channelsOf } from '../consumer.js';
import type { Answer, ConnectionVerb } from '../record.js';
import type { Texts } from '../texts.js';
import { MarketplaceCard } from './marketplace-card.js';
import { connectionState, Json, Layout, Moment, type Frame } from './layout.js';

interface ConnectionProps extends Frame {
  /** What was just asked for, and how the app answered. */
  asked?: { verb: ConnectionVerb; answer: Answer; replies: string };
}

const HISTORY_LENGTH = 10;

/** The page that shows how the shop is connected to the app, and what it asked it last. */
export function ConnectionPage({ asked, ...frame }: ConnectionProps) {
  const { texts } = frame;
  const dialogue = asked && dialogueIn(asked.answer);
  return (
    <Layout {...frame} title={texts.connectionTitle}>
      <h1>{texts.connectionTitle}</h1>
      <p class="lead">
        {texts.connectionLead} <a href="/back-office">{texts.toBackOffice}</a>
      </p>
      {dialogue !== undefined && asked !== undefined && <Question dialogue={dialogue} replies={asked.replies} />}
      {asked !== undefined && dialogue === undefined && <Told asked={asked} texts={texts} />}
      <div class="columns">
        <div class="stack">
          <State frame={frame} />
          <DisconnectCard texts={texts} />
        </div>
        <div class="stack">
          <ConfigureCard texts={texts} />
          <MarketplaceCard frame={frame} />
          <History frame={frame} />
        </div>
      </div>
    </Layout>
  );
}

/** The app's question before it disconnects, in its own words. */
function Question({ dialogue, replies }: { dialogue: Dialogue; replies: string }) {
  const reply = (value: string) => (replies === '' ? value : `${replies},${value}`);
  return (
    <div class="card pad question" role="alertdialog" aria-labelledby="question" data-testid="dialogue">
      <p id="question">{dialogue.message}</p>
      <form method="post" action="/connection/disconnect" class="actions">
        <button class="button danger" name="replies" value={reply('true')} data-testid="dialogue-ok">
          {dialogue.labelOk}
        </button>
        <button class="button" name="replies" value={reply('false')} data-testid="dialogue-cancel">
          {dialogue.labelCancel}
        </button>
      </form>
    </div>
  );
}

function Told({ asked, texts }: { asked: NonNullable<ConnectionProps['asked']>; texts: Texts }) {
  const { verb, answer } = asked;
  if (answer.status === 200 || answer.status === 204) {
    return (
      <p class="notice" role="status" data-testid="notice">
        {verb === 'configure' ? texts.configured : texts.disconnectedDone}
      </p>
    );
  }
  return (
    <div class="alert" role="alert" data-testid="notice">
      <strong>{texts.refused}</strong> {errorText(answer)}
    </div>
  );
}

function State({ frame }: { frame: Frame }) {
  const { texts, shop } = frame;
  const state = appState(shop.book);
  const methods = paymentMethods(shop.book).map(({ name, providerName }) => `${name} (${providerName})`);
  return (
    <section class="card pad" id="connection-card" data-live aria-labelledby="state-title">
      <h2 id="state-title">{texts.status}</h2>
      <dl class="facts">
        <dt>{texts.status}</dt>
        <dd>
          <span class={`pill pill-${connectionState(shop)}`}>{state?.status ?? texts.connecting}</span>
        </dd>
        <dt>{texts.tenant}</dt>
        <dd>
          <code>{shop.tenantId}</code>
        </dd>
        <dt>{texts.appAddress}</dt>
        <dd>
          <code>{shop.appUrl}</code> {state && <small class="quiet">{state.appIdentifier}</small>}
        </dd>
        <dt>{texts.channels}</dt>
        <dd class="wrap">
          {channelsOf(shop).map((channel) => (
            <span class="chip">{channel}</span>
          ))}
        </dd>
        <dt>{texts.methods}</dt>
        <dd>{methods.join(', ') || texts.none}</dd>
      </dl>
    </section>
  );
}

function DisconnectCard({ texts }: { texts: Texts }) {
  return (
    <section class="card pad" aria-labelledby="disconnect-title">
      <h2 id="disconnect-title">{texts.disconnectTitle}</h2>
      <p class="quiet">{texts.disconnectLead}</p>
      <form method="post" action="/connection/disconnect">
        <button class="button danger" data-testid="disconnect">
          {texts.disconnect}
        </button>
      </form>
    </section>
  );
}

function ConfigureCard({ texts }: { texts: Texts }) {
  return (
    <section class="card pad" aria-labelledby="configure-title">
      <h2 id="configure-title">{texts.configureTitle}</h2>
      <p class="quiet">{texts.configureLead}</p>
      <form method="post" action="/connection/configure" class="fields single">
        <div class="field">
          <label for="connector">{texts.connector}</label>
          <select id="connector" name="connector">
            <option value="stripe">stripe</option>
            <option value="sandbox">sandbox</option>
          </select>
        </div>
        <div class="field">
          <label for="secretKey">{texts.secretKey}</label>
          <input
            id="secretKey"
            name="secretKey"
            type="password"
            placeholder="sk_test_…"
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <div class="field">
          <label for="publishableKey">{texts.publishableKey}</label>
          <input
            id="publishableKey"
            name="publishableKey"
            value={DEMO_CONFIGURATION.publishableKey}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <button class="button primary" data-testid="configure">
          {texts.configureAgain}
        </button>
      </form>
    </section>
  );
}

function History({ frame }: { frame: Frame }) {
  const { texts, shop } = frame;
  const entries = shop.book.connection.slice(-HISTORY_LENGTH).toReversed();
  return (
    <section class="card pad" id="connection-history" data-live aria-labelledby="history-title">
      <h2 id="history-title">{texts.history}</h2>
      {entries.length === 0 && <p class="quiet">{texts.none}</p>}
      <ol class="timeline">
        {entries.map((entry) => (
          <li class={`entry from-toApp ${entry.answer.status >= 400 && entry.answer.status !== 409 ? 'bad' : ''}`}>
            <div class="entry-head">
              <strong>{entry.verb}</strong>
              <span class="quiet">
                HTTP {entry.answer.status}
                {entry.answer.status === 409 && ` · ${texts.askedBack}`}
              </span>
              <Moment at={entry.at} texts={texts} />
            </div>
            <div class="entry-parts">
              <Json id={`connection-${entry.place}-request`} label={texts.requestBody} value={entry.request} />
              <Json id={`connection-${entry.place}-answer`} label={texts.answerBody} value={entry.answer.body} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
