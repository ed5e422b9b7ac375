/** The /docs page: both documents for a person to read, rendered here, without scripts. */
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { GUEST_HEADER } from '../contract/facade-endpoints.js';
import { anchor, Messages, type AsyncApi } from './docs-messages.js';
import { lookupIn, Prose, SchemaTable, type Lookup, type Schema } from './docs-schema.js';
import { DOCS_STYLE } from './docs-style.js';

interface Content {
  content?: Record<string, { schema?: Schema }>;
  description?: string;
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: object[];
  parameters?: { name: string; in: string; required: boolean; description?: string }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

interface OpenApi {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
}

/**
 * The whole page as HTML. Both arguments are documents built by `contract/openapi.ts` and `contract/asyncapi.ts`.
 * The nonce must stand in the `style-src` of the content security policy; nothing else is loaded.
 */
export function docsPage(openapi: object, asyncapi: object, nonce: string): string {
  const page = <Page openapi={openapi as OpenApi} asyncapi={asyncapi as AsyncApi} nonce={nonce} />;
  return `<!doctype html>${renderToString(page)}`;
}

/** The content security policy of the page. */
export function docsPolicy(nonce: string): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

function Page({ openapi, asyncapi, nonce }: { openapi: OpenApi; asyncapi: AsyncApi; nonce: string }): JSX.Element {
  const groups = groupsOf(openapi);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${openapi.info.title} ${openapi.info.version}: interface`}</title>
        <style nonce={nonce} dangerouslySetInnerHTML={{ __html: DOCS_STYLE }} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <div class="page">
          <Navigation title={openapi.info.title} groups={groups} channels={Object.keys(asyncapi.channels)} />
          <main id="content">
            <h1>What {openapi.info.title} speaks</h1>
            <p class="lead">
              <Prose text={openapi.info.description} />
            </p>
            <p class="files">
              <a href="/openapi.json">openapi.json</a>
              <a href="/asyncapi.json">asyncapi.json</a>
            </p>
            {groups.map((group) => (
              <Group group={group} lookup={lookupIn(openapi)} />
            ))}
            <Messages asyncapi={asyncapi} />
          </main>
        </div>
      </body>
    </html>
  );
}

interface Endpoint {
  method: string;
  path: string;
  operation: Operation;
}

interface GroupOfEndpoints {
  name: string;
  description: string;
  endpoints: Endpoint[];
}

function groupsOf(openapi: OpenApi): GroupOfEndpoints[] {
  const endpoints = Object.entries(openapi.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Endpoint => ({ method, path, operation })),
  );
  return openapi.tags.map(({ name, description }) => ({
    name,
    description,
    endpoints: endpoints.filter(({ operation }) => operation.tags.includes(name)),
  }));
}

function Navigation(props: { title: string; groups: GroupOfEndpoints[]; channels: string[] }): JSX.Element {
  return (
    <nav aria-label="Contents">
      <p class="name">{props.title}</p>
      <div class="lists">
        {props.groups.map((group) => (
          <>
            <h2>{group.name}</h2>
            <ul>
              {group.endpoints.map(({ operation }) => (
                <li>
                  <a href={`#${operation.operationId}`}>{operation.operationId}</a>
                </li>
              ))}
            </ul>
          </>
        ))}
        <h2>Messages</h2>
        <ul>
          {props.channels.map((channel) => (
            <li>
              <a href={`#channel-${anchor(channel)}`}>{channel}</a>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}

function Group({ group, lookup }: { group: GroupOfEndpoints; lookup: Lookup }): JSX.Element {
  return (
    <section aria-labelledby={`group-${anchor(group.name)}`}>
      <h2 id={`group-${anchor(group.name)}`}>{group.name}</h2>
      <p class="about">{group.description}</p>
      {group.endpoints.map((endpoint) => (
        <EndpointCard endpoint={endpoint} lookup={lookup} />
      ))}
    </section>
  );
}

function EndpointCard({ endpoint, lookup }: { endpoint: Endpoint; lookup: Lookup }): JSX.Element {
  const { method, path, operation } = endpoint;
  return (
    <details id={operation.operationId}>
      <summary>
        <span class={`verb ${method}`}>{method.toUpperCase()}</span>
        <code class="path">{path}</code>
        <span class="says">{operation.summary}</span>
      </summary>
      <div class="inside">
        {operation.description === undefined ? null : (
          <p>
            <Prose text={operation.description} />
          </p>
        )}
        <p class="plain">{needOf(operation)}</p>
        <Parameters list={operation.parameters ?? []} />
        <Body content={operation.requestBody} lookup={lookup} />
        <h3>Answers</h3>
        {Object.entries(operation.responses).map(([status, response]) => (
          <Answer status={status} response={response} lookup={lookup} />
        ))}
      </div>
    </details>
  );
}

function needOf({ security }: Operation): string {
  if (security.some((way) => 'guest' in way))
    return `Needs the customer’s own bearer token, or ${GUEST_HEADER} of a guest.`;
  return security.length > 0 ? 'Needs a bearer token.' : 'Needs no bearer token.';
}

function Parameters({ list }: { list: NonNullable<Operation['parameters']> }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <>
      <h3>Headers and parameters</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Headers and parameters">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Place</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {list.map((parameter) => (
              <tr>
                <th scope="row">
                  <code>{parameter.name}</code>
                  {parameter.required ? <span class="required">required</span> : null}
                </th>
                <td>{parameter.in}</td>
                <td>
                  <Prose text={parameter.description} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Body({ content, lookup }: { content: Content | undefined; lookup: Lookup }): JSX.Element | null {
  const types = Object.entries(content?.content ?? {});
  const schema = types[0]?.[1].schema;
  if (schema === undefined) return null;
  return (
    <>
      <h3>Body</h3>
      <p class="plain">
        {types.map(([type]) => (
          <>
            <code>{type}</code>{' '}
          </>
        ))}
      </p>
      <SchemaTable schema={schema} lookup={lookup} />
    </>
  );
}

function Answer(props: { status: string; response: Content; lookup: Lookup }): JSX.Element {
  const { status, response, lookup } = props;
  const isGood = Number(status) < 400;
  const schema = Object.values(response.content ?? {})[0]?.schema;
  return (
    <>
      <h4>
        <span class={`status ${isGood ? 'good' : 'bad'}`}>{status}</span> <Prose text={response.description} />
      </h4>
      {isGood && schema !== undefined ? <SchemaTable schema={schema} lookup={lookup} /> : null}
      {!isGood && schema !== undefined ? <p class="plain about">{errorForm(schema)}</p> : null}
    </>
  );
}

/** Errors look alike; a sentence says which of the forms it is. */
function errorForm(schema: Schema): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name === 'ErrorObject') return 'Body: { "errors": [{ code, message, status, confirm }] }';
  if (name === 'TokenError') return 'Body: { "error", "error_description" }';
  if (schema.type === 'string') return 'A page for the customer.';
  return 'Body: [{ status, code, message, confirm }]; below "errors" for JSON:API requests.';
}
