/** What stands beside the form: how the shop is connected, the addresses, the methods, and what is missing. */
import type { JSX } from 'preact';
import type { Catalogue, Words } from './facts.js';

interface CardProps {
  catalogue: Catalogue;
  words: Words;
}

type Word = keyof Words;

/** A connected tenant is one whose payments are taken. */
export function isConnected({ status }: Catalogue): boolean {
  return status === 'new' || status === 'connected';
}

/** The state in one line, above everything. */
export function Heading({ catalogue, words }: CardProps): JSX.Element {
  const lead = { none: words.lead_none, disconnected: words.lead_disconnected }[catalogue.status as string];
  return (
    <div class="catalogue-head">
      <h1 class="heading" tabIndex={-1} id="heading">
        {catalogue.app.name}
      </h1>
      <p class="pills">
        <span class={`pill ${isConnected(catalogue) ? 'pill-good' : 'pill-quiet'}`} data-testid="status">
          {words[`status_${catalogue.status}` as Word]}
        </span>
        {isConnected(catalogue) && (
          <span class={`pill ${catalogue.mode === 'live' ? 'pill-live' : 'pill-test'}`}>
            {words[`mode_${catalogue.mode}` as Word]}
          </span>
        )}
      </p>
      <p class="lead">{lead ?? words.lead_active}</p>
    </div>
  );
}

/** Everything that is known without opening the form. */
export function StateCards({ catalogue, words }: CardProps): JSX.Element {
  const { app, connector, connectors, webhooks, paymentMethods } = catalogue;
  const title = connectors.find(({ name }) => name === connector)?.title ?? connector;
  return (
    <>
      <section class="card pad" aria-labelledby="facts-title">
        <h2 id="facts-title">{words.facts}</h2>
        <dl class="facts">
          <Fact name={words.tenant} value={catalogue.tenantIdentifier} />
          <Fact name={words.app} value={app.identifier} />
          <Fact name={words.connector} value={title} />
          <Fact name={words.address} value={app.baseUrl} />
        </dl>
      </section>
      <section class="card pad" aria-labelledby="methods-title" data-testid="methods">
        <h2 id="methods-title">{words.methods}</h2>
        {paymentMethods.length === 0 ? (
          <p class="help">{words.noMethods}</p>
        ) : (
          <ul class="rows">
            {paymentMethods.map(({ name, providerName, strategy, state }) => (
              <li key={`${providerName}/${name}`}>
                <strong>{name}</strong>
                <small>{words[`strategy_${strategy}` as Word] ?? strategy}</small>
                <small class={state === 'waiting' ? 'warn' : 'good'}>{words[`method_${state}` as Word]}</small>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="card pad" aria-labelledby="webhooks-title">
        <h2 id="webhooks-title">{words.webhooks}</h2>
        {webhooks.length === 0 ? (
          <p class="help">{words.noWebhooks}</p>
        ) : (
          <ul class="rows">
            {webhooks.map(({ url, purpose, state }) => (
              <li key={url}>
                <code>{url}</code>
                {purpose !== '' && <small>{purpose}</small>}
                <small class={state === 'registered' ? 'good' : 'warn'}>{words[`webhook_${state}` as Word]}</small>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What keeps the shop from taking payments well; nothing when nothing does. */
export function Missing({ catalogue, words }: CardProps): JSX.Element | null {
  const texts = catalogue.missing.map((what) => words[`missing_${what}` as Word] ?? what);
  if (texts.length === 0) return null;
  return (
    <section class="card pad missing" aria-labelledby="missing-title" data-testid="missing">
      <h2 id="missing-title">{words.missing}</h2>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
