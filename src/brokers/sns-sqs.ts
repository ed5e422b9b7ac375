/**
 * Amazon SNS and SQS. A tenant's channel is a FIFO topic, `<app>_<channel>_<tenant>.fifo`, and a FIFO queue of the same
 * name behind it. Commands come in by the queue `<app>_payment-commands.fifo`; each tenant has a topic that leads there.
 */
import { PublishBatchCommand, SNSClient, SNSServiceException } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
  SQSServiceException,
  type Message,
} from '@aws-sdk/client-sqs';
import { MessageRefused, type Broker, type BrokerOptions, type Take } from '../kit/broker.js';
import { kept, untilTaken } from './keeping.js';
import { batchesOf, deliveryOf, roundsOf, type Packed } from './sns-sqs-messages.js';
import { accountOf, arnOf, beginningOf, nameOfPlace } from './sns-sqs-names.js';
import { NotLetIn, placesAt, type At, type Places } from './sns-sqs-places.js';

const CONNECT_MS = 10_000;
const ANSWER_MS = 20_000;
/** With all repeats of the SDK. */
const CONFIRM_MS = 30_000;
/** Sixteen lanes of five batches go out at once. */
const SOCKETS = 100;
const TAKEN_AT_ONCE = 10;
/** How long one question for commands stays open: a stop waits for it. */
const WAIT_SECONDS = 2;
/** A command that is in hand for longer says so. */
const IN_HAND_SECONDS = 30;
const WORKING_MS = 10_000;

/** Opens SNS and SQS of the account in `url`; asks nothing before there is something to do. */
export function openSnsSqs({ url, prefix: app, log }: BrokerOptions): Broker {
  const at = clientsOf(url, app);
  const places = placesAt(at);
  /** Channels that tenants send on. */
  const incoming = new Set<string>();
  return {
    name: 'SNS/SQS',
    reach: () => places.reach(),
    publish: async (messages) => {
      for (const round of roundsOf(messages)) {
        const sent = await Promise.allSettled(batchesOf(round).map((batch) => send(at, { places, incoming, batch })));
        const failed = sent.find((one) => one.status === 'rejected');
        if (failed !== undefined) throw failed.reason;
      }
    },
    consume: (channel, take) => {
      incoming.add(channel);
      return kept((stopped, connected) => consumeOnce({ at, places, channel, take }, stopped, connected), log);
    },
    close: () => {
      at.sns.destroy();
      at.sqs.destroy();
      return Promise.resolve();
    },
  };
}

function clientsOf(url: string, app: string): At {
  const account = accountOf(url);
  const { region, credentials, endpoint } = account;
  const agent = { maxSockets: SOCKETS, keepAlive: true };
  const limits = { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true };
  const shared = {
    region,
    requestHandler: { ...limits, httpAgent: agent, httpsAgent: agent },
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  // An endpoint of the environment counts as well, wherever the URL of a queue leads.
  return { sns: new SNSClient(shared), sqs: new SQSClient({ ...shared, useQueueUrlAsEndpoint: false }), account, app };
}

interface Sending {
  places: Places;
  incoming: ReadonlySet<string>;
  batch: readonly Packed[];
}

/** One batch of one tenant's channel. Amazon takes or refuses each message by itself. */
async function send(at: At, { places, incoming, batch }: Sending): Promise<void> {
  const { id = '', channel = '', tenantId = '' } = batch[0]?.message ?? {};
  try {
    const TopicArn = await places.outgoing(channel, tenantId);
    // Whoever hears from us may answer.
    for (const its of incoming) await places.incoming(its, tenantId);
    const PublishBatchRequestEntries = batch.map(({ entry }) => entry);
    const publishing = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries });
    const { Failed = [] } = await at.sns.send(publishing, { abortSignal: AbortSignal.timeout(CONFIRM_MS) });
    for (const { Id = id, Code = '', Message: reason = '' } of Failed)
      throw new MessageRefused(Id, `${Code}: ${reason}`, { forever: Code.startsWith('InvalidParameter') });
  } catch (error) {
    if (error instanceof MessageRefused) throw error;
    // What was removed meanwhile would be missed.
    places.forget();
    throw isRefusal(error) ? new MessageRefused(id, `${error.name}: ${error.message}`) : error;
  }
}

/** Of this tenant's things alone: rights, keys, quotas, policies. Anything else concerns all, as if Amazon were away. */
const REFUSALS = /NotFound|^Authorization|^AccessDenied|^KMS|^Kms|^Queue|^Invalid(Param|Attr)|LimitExceeded|Throttl/;

function isRefusal(error: unknown): error is Error {
  if (error instanceof NotLetIn) return true;
  return (error instanceof SNSServiceException || error instanceof SQSServiceException) && REFUSALS.test(error.name);
}

interface Consuming {
  at: At;
  places: Places;
  channel: string;
  take: Take;
}

/** Takes until a question fails or we stop. */
async function consumeOnce(of: Consuming, stopped: AbortSignal, connected: () => void): Promise<void> {
  const { at, places, channel } = of;
  try {
    const QueueUrl = await places.queue(channel);
    while (!stopped.aborted) {
      const question = {
        QueueUrl,
        MaxNumberOfMessages: TAKEN_AT_ONCE,
        WaitTimeSeconds: WAIT_SECONDS,
        VisibilityTimeout: IN_HAND_SECONDS,
        MessageAttributeNames: ['All'],
      };
      const { Messages = [] } = await at.sqs.send(new ReceiveMessageCommand(question));
      connected();
      await takeAll(of, QueueUrl, Messages, stopped);
    }
  } catch (error) {
    places.forget();
    throw error;
  }
}

/**
 * One after the other, as they came. What is not taken when we stop is handed out again half a minute later; until then
 * Amazon hands out nothing else of its group.
 */
async function takeAll(of: Consuming, QueueUrl: string, messages: Message[], stopped: AbortSignal): Promise<void> {
  const { at, take } = of;
  const inHand = new Set(messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
  const working = setInterval(() => {
    for (const ReceiptHandle of inHand) {
      const keep = { QueueUrl, ReceiptHandle, VisibilityTimeout: IN_HAND_SECONDS };
      // One that came back to the queue is taken again; storing it twice changes nothing.
      at.sqs.send(new ChangeMessageVisibilityCommand(keep)).catch(() => undefined);
    }
  }, WORKING_MS);
  try {
    for (const message of messages) {
      const { ReceiptHandle = '' } = message;
      const delivery = deliveryOf(message, (topicArn, attributes) => senderOf(of, topicArn, attributes));
      if (!(await untilTaken(take, delivery, stopped))) return;
      inHand.delete(ReceiptHandle);
      await at.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  } finally {
    clearInterval(working);
  }
}

/**
 * The tenant whose topic it came by. A tenant's name cannot be read out of a shortened one: there the name that the
 * message gives is checked, and whoever gives another is called by what the topic is called.
 */
function senderOf(
  { at, channel }: Consuming,
  topicArn: string,
  attributes: Readonly<Record<string, unknown>>,
): string | undefined {
  const name = topicArn.split(':').at(-1) ?? '';
  const beginning = beginningOf(at.app, channel);
  // A topic of somebody else's that was let in: what its messages say counts.
  if (topicArn !== arnOf('sns', at.account, name) || !name.startsWith(beginning)) return undefined;
  const given = [attributes['tenantIdentifier'], attributes['storeReference']];
  const tenant = given.find((one) => typeof one === 'string' && nameOfPlace([at.app, channel, one]) === name);
  return typeof tenant === 'string' ? tenant : name.slice(beginning.length).replace(/\.fifo$/, '');
}
