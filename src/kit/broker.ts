/**
 * What the broker that a shop already runs does for us: our messages out, its commands in. Implemented in src/brokers;
 * without one our own channels do both.
 */

/** One message on its way out. */
export interface BrokerMessage {
  /** UUID. The same when it is published again: consumers drop duplicates by it. */
  id: string;
  tenantId: string;
  channel: string;
  /** What is about one thing (a payment) has one key, and arrives in the order it was published in. */
  orderKey: string;
  /** The payload as JSON. */
  body: string;
  /** The envelope. */
  attributes: Readonly<Record<string, string>>;
}

/** One message that came in. */
export interface Delivery {
  /** The same when it is delivered again; undefined when neither sender nor broker gave it one. */
  messageId?: string;
  /** The tenant in the address it was sent to. Brokers grant rights by address, so it counts. */
  tenantId?: string;
  attributes: Readonly<Record<string, unknown>>;
  body: Uint8Array;
}

/** Resolves when the message is stored; then it is acknowledged. Rejects: it is handed over again, before any other. */
export type Take = (delivery: Delivery) => Promise<void>;

/**
 * Whether this node is the one of its app that receives now. A broker that keeps order only for one receiver asks before it
 * receives and before it hands over; the yes holds for 20 seconds. Rejects when nobody knows: ask again.
 */
export type IsOurTurn = () => Promise<boolean>;

export interface Consumer {
  /** Takes nothing new, finishes what is in hand, and resolves. Whatever was not taken is delivered again. */
  stop(): Promise<void>;
}

export interface Broker {
  /** For people: `RabbitMQ`. */
  readonly name: string;
  /** Resolves when the broker is there and lets us in. Rejects otherwise; sends nothing, and takes nothing away. */
  reach(): Promise<void>;
  /**
   * Sends all and resolves when the broker has confirmed all. Rejects with a MessageRefused when it is reached and does
   * not take one of them, and with any other error when it is away: some may have arrived then, so all are sent again.
   */
  publish(messages: readonly BrokerMessage[]): Promise<void>;
  /**
   * Hands over what comes on a channel of all tenants, one after the other: commands of one order in their order, however
   * many nodes consume. Without `isOurTurn` it always is. Comes back by itself after an outage.
   */
  consume(channel: string, take: Take, isOurTurn?: IsOurTurn): Consumer;
  /** Gives the connections back. */
  close(): Promise<void>;
}

/** How the app hands a broker what it needs. */
export interface BrokerOptions {
  /** Holds passwords: never shown. */
  url: string;
  /** Everything of ours on the broker has a name that begins with this. */
  prefix: string;
  log: BrokerLog;
}

/** What a broker may tell operators. */
export interface BrokerLog {
  (event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
}

/** The broker is there and does not take this message. Others may go well. */
export class MessageRefused extends Error {
  /** Set when it will never be taken (too large, an address that is none). */
  readonly forever: boolean;
  readonly messageId: string;

  constructor(messageId: string, reason: string, { forever = false }: { forever?: boolean } = {}) {
    super(reason);
    this.name = 'MessageRefused';
    this.messageId = messageId;
    this.forever = forever;
  }
}
