/** All brokers by the protocol of their URL. A library is loaded when its broker is used, and not before. */
import type { Broker, BrokerOptions } from '../kit/broker.js';

type Open = (options: BrokerOptions) => Broker;

const rabbitMq = async (): Promise<Open> => (await import('./rabbitmq.js')).openRabbitMq;

const nats = async (): Promise<Open> => (await import('./nats.js')).openNats;

const eventPlatform = async (): Promise<Open> => (await import('./event-platform.js')).openEventPlatform;

const snsSqs = async (): Promise<Open> => (await import('./sns-sqs.js')).openSnsSqs;

/** Protocol of the URL to what opens it. Checked by config.ts with the same list. */
const ENGINES: Readonly<Record<string, () => Promise<Open>>> = {
  'amqp:': rabbitMq,
  'amqps:': rabbitMq,
  'nats:': nats,
  'tls:': nats,
  'https:': eventPlatform,
  'http:': eventPlatform,
  'mb1+https:': eventPlatform,
  'mb1+http:': eventPlatform,
  'sqs:': snsSqs,
};

/**
 * Opens the broker of that URL. Connects later, when there is something to do, so that the app starts without it. Throws
 * when the protocol is unknown, or when the library it takes is not installed.
 */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { protocol } = new URL(options.url);
  const load = ENGINES[protocol];
  if (load === undefined) throw new Error(`Open the broker: nothing here speaks ${protocol}`);
  let open: Open;
  try {
    open = await load();
  } catch (error) {
    const missing = /Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : '')?.[1];
    if (missing === undefined) throw error;
    throw new Error(`Open the broker of ${protocol} needs the package ${missing}: npm install ${missing}`, {
      cause: error,
    });
  }
  return open(options);
}
