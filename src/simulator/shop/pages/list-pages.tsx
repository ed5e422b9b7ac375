/** The list of orders and the log of messages. */
import type { KnownMessage, OrderView } from '../book.js';
import { messageOrder } from '../book.js';
import type { Texts } from '../texts.js';
import { Json, Layout, Moment, Price, StateBadge, type Frame } from './layout.js';

/** The page of all orders, the newest first. */
export function OrdersPage({ views, ...frame }: Frame & { views: readonly OrderView[] }) {
  const { texts } = frame;
  return (
    <Layout {...frame} title={texts.ordersTitle}>
      <h1>{texts.ordersTitle}</h1>
      <section id="orders" data-live>
        {views.length === 0 ? (
          <Empty text={texts.noOrders} texts={texts} />
        ) : (
          <OrderCards views={views} texts={texts} />
        )}
      </section>
    </Layout>
  );
}

function OrderCards({ views, texts }: { views: readonly OrderView[]; texts: Texts }) {
  return (
    <ul class="order-list">
      {views.map(({ order, status }) => (
        <li class="card">
          <a href={`/orders/${encodeURIComponent(order.orderReference)}`} data-testid="order-row">
            <strong>{order.orderReference}</strong>
            <StateBadge state={status} texts={texts} />
            <span class="order-who">
              {order.customer.firstName} {order.customer.lastName}
            </span>
            <span class="quiet order-when">
              <Moment at={order.placedAt} texts={texts} />
            </span>
            <Price minor={order.grandTotal} currency={order.currency} texts={texts} />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The page of the messages the shop got and sent. */
export function MessagesPage({ messages, ...frame }: Frame & { messages: readonly KnownMessage[] }) {
  const { texts } = frame;
  return (
    <Layout {...frame} title={texts.messagesTitle}>
      <h1>{texts.messagesTitle}</h1>
      <p class="lead">{texts.messagesLead}</p>
      <section id="messages" data-live>
        {messages.length === 0 && <Empty text={texts.noMessages} texts={texts} />}
        <ol class="message-list">
          {messages.map((known) => (
            <MessageRow known={known} texts={texts} />
          ))}
        </ol>
      </section>
    </Layout>
  );
}

function MessageRow({ known, texts }: { known: KnownMessage; texts: Texts }) {
  const { message, at, place, redeliveries } = known;
  const reference = messageOrder(message);
  return (
    <li class="card message" data-testid="message-row" data-name={message.name}>
      <div class="message-head">
        <strong>{message.name}</strong>
        <span class="chip">{message.channel}</span>
        {reference !== undefined && <a href={`/orders/${encodeURIComponent(reference)}`}>{reference}</a>}
        {redeliveries > 0 && (
          <span class="badge tone-held" data-testid="redelivered">
            {texts.redelivered} ×{redeliveries}
          </span>
        )}
        {message.unreadable !== undefined && <span class="badge tone-bad">{texts.unreadable}</span>}
        <Moment at={at} texts={texts} />
      </div>
      <div class="entry-parts">
        <Json id={`message-${place}-payload`} label={texts.payload} value={message.unreadable ?? message.payload} />
        <Json
          id={`message-${place}-attributes`}
          label={texts.attributes}
          value={{ MessageId: message.id, ...message.attributes }}
        />
      </div>
    </li>
  );
}

function Empty({ text, texts }: { text: string; texts: Texts }) {
  return (
    <div class="card pad empty">
      <p>{text}</p>
      <a class="button" href="/">
        {texts.toShop}
      </a>
    </div>
  );
}
