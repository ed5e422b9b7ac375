/** A broker in the test's own process: what it has taken can be looked at, and it can be away, slow or unwilling. */
import { untilTaken } from '../../src/brokers/keeping.js';
import type { Broker, BrokerMessage, Delivery, Take } from '../../src/kit/broker.js';

export interface PlayedBroker extends Broker {
  /** Everything it has confirmed, in order, duplicates too. */
  taken: BrokerMessage[];
  /** What `publish` was called with and is not answered yet. */
  unanswered: number;
  /** Asked before it takes a message: throws, or waits. */
  before(message: BrokerMessage): Promise<void>;
  /** A shop sends a command; resolves when it is acknowledged. */
  deliver(delivery: Partial<Omit<Delivery, 'body'>> & { body: string }): Promise<void>;
}

/** Plays a broker. */
export function playedBroker(): PlayedBroker {
  let takes: Take | undefined;
  const stopping = new AbortController();
  const broker: PlayedBroker = {
    name: 'Played',
    reach: () => Promise.resolve(),
    taken: [],
    unanswered: 0,
    before: () => Promise.resolve(),
    publish: async (messages) => {
      broker.unanswered += messages.length;
      try {
        for (const message of messages) await broker.before(message);
        broker.taken.push(...messages);
      } finally {
        broker.unanswered -= messages.length;
      }
    },
    consume: (_channel, take) => {
      takes = take;
      return {
        stop: () => {
          stopping.abort();
          return Promise.resolve();
        },
      };
    },
    deliver: async ({ body, attributes = {}, ...rest }) => {
      if (takes === undefined) throw new Error('nobody listens');
      await untilTaken(takes, { attributes, body: Buffer.from(body), ...rest }, stopping.signal);
    },
    close: () => Promise.resolve(),
  };
  return broker;
}
