/** The messages half of the /docs page: channels, and each message with its payload and attributes. */
import type { JSX } from 'preact';
import { lookupIn, Prose, SchemaTable, type Lookup, type Schema } from './docs-schema.js';

interface AsyncMessage {
  name: string;
  summary: string;
  headers: Schema;
  payload: Schema;
}

/** The part of an AsyncAPI document that the page shows. */
export interface AsyncApi {
  info: { description: string };
  channels: Record<string, { address: string; description: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { messages: Record<string, AsyncMessage> };
}

/** The name as a fragment of an address: `app-events`. */
export function anchor(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** All channels with their messages. */
export function Messages({ asyncapi }: { asyncapi: AsyncApi }): JSX.Element {
  const lookup = lookupIn(asyncapi);
  const actions = new Map(Object.values(asyncapi.operations).map(({ action, channel }) => [channel.$ref, action]));
  return (
    <section aria-labelledby="messages">
      <h2 id="messages">Messages</h2>
      <p class="about">
        <Prose text={asyncapi.info.description} />
      </p>
      {Object.entries(asyncapi.channels).map(([name, channel]) => (
        <section aria-labelledby={`channel-${anchor(name)}`}>
          <h3 id={`channel-${anchor(name)}`}>
            <code>{channel.address}</code>
          </h3>
          <p class="about">{channel.description}</p>
          {Object.keys(channel.messages).map((message) => (
            <MessageCard
              message={asyncapi.components.messages[message]}
              action={actions.get(`#/channels/${name}`) ?? ''}
              lookup={lookup}
            />
          ))}
        </section>
      ))}
    </section>
  );
}

function MessageCard(props: { message: AsyncMessage | undefined; action: string; lookup: Lookup }): JSX.Element | null {
  const { message, action, lookup } = props;
  if (message === undefined) return null;
  return (
    <details id={`message-${message.name}`}>
      <summary>
        <span class={`verb ${action}`}>{action === 'send' ? 'WE SEND' : 'WE TAKE'}</span>
        <code class="path">{message.name}</code>
        <span class="says">{message.summary}</span>
      </summary>
      <div class="inside">
        <h3>Payload</h3>
        <SchemaTable schema={message.payload} lookup={lookup} />
        <h3>Attributes</h3>
        <SchemaTable schema={message.headers} lookup={lookup} />
      </div>
    </details>
  );
}
