/**
 * Queues, topics and subscriptions: made when they are needed, looked at again from time to time. What is already there
 * is used as it is.
 */
import {
  CreateTopicCommand,
  NotFoundException,
  paginateListSubscriptionsByTopic,
  SubscribeCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { arnOf, beginningOf, letsIn, nameOfPlace, policyFor, type Account } from './sns-sqs-names.js';

/** SNS drops what it cannot deliver: a queue that somebody removed is there again after this. */
const LOOK_AGAIN_MS = 60_000;
/** The longest Amazon offers. */
const KEPT_SECONDS = 1_209_600;

/** Both services in one account, and what we call our things there. */
export interface At {
  sns: SNSClient;
  sqs: SQSClient;
  account: Account;
  app: string;
}

/** A queue that is there and does not take what its topic sends. */
export class NotLetIn extends Error {}

/** What stands, by name; looked at once a minute. */
export interface Places {
  /** The tenant's topic for what we send, with the tenant's queue behind it. Resolves to the topic's ARN. */
  outgoing(channel: string, tenantId: string): Promise<string>;
  /** The tenant's topic for what it sends, with our queue behind it. */
  incoming(channel: string, tenantId: string): Promise<string>;
  /** Our queue, of all tenants. Resolves to its URL. */
  queue(channel: string): Promise<string>;
  /** Asks for a queue that need not be there. Rejects when Amazon does not answer, or refuses us. */
  reach(): Promise<void>;
  /** Everything is looked at again. */
  forget(): void;
}

/** Asks nothing before it is asked. What failed is looked at again at the next call. */
export function placesAt(at: At): Places {
  const known = new Map<string, Promise<string>>();
  const once = (key: string, look: () => Promise<string>): Promise<string> => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const standing = look();
    known.set(key, standing);
    const forget = (): void => void (known.get(key) === standing && known.delete(key));
    standing.then(() => setTimeout(forget, LOOK_AGAIN_MS).unref(), forget);
    return standing;
  };
  return {
    outgoing: (channel, tenantId) => {
      const name = nameOfPlace([at.app, channel, tenantId]);
      return once(`out ${name}`, () => outgoing(at, name));
    },
    incoming: (channel, tenantId) => {
      const name = nameOfPlace([at.app, channel, tenantId]);
      return once(`in ${name}`, () => incoming(at, name, channel));
    },
    queue: (channel) => once(`queue ${channel}`, async () => (await ourQueue(at, channel)).url),
    reach: async () => {
      const asking = at.sqs.send(new GetQueueUrlCommand({ QueueName: nameOfPlace([at.app, 'reach']) }));
      await asking.catch((error: unknown) => {
        if (!(error instanceof QueueDoesNotExist)) throw error;
      });
    },
    forget: () => known.clear(),
  };
}

async function outgoing(at: At, name: string): Promise<string> {
  const topicArn = arnOf('sns', at.account, name);
  // The queue with its policy comes first: SNS drops what a queue does not let in.
  const { isOpen } = await queueOf(at, name, topicArn);
  if (!isOpen) throw new NotLetIn(`the policy of the queue ${name} does not let ${topicArn} in`);
  return topicTo(at, { name, queue: name, isRaw: true });
}

async function incoming(at: At, name: string, channel: string): Promise<string> {
  // Whoever closes the queue of commands to topics sends there directly.
  if (!(await ourQueue(at, channel)).isOpen) return '';
  // The topic's own form tells which topic, and so which tenant, a command came by.
  return topicTo(at, { name, queue: nameOfPlace([at.app, channel]), isRaw: false });
}

/** The queue of all tenants, which every tenant's topic may write to. */
function ourQueue(at: At, channel: string): Promise<Queue> {
  const topics = arnOf('sns', at.account, `${beginningOf(at.app, channel)}*`);
  return queueOf(at, nameOfPlace([at.app, channel]), topics);
}

interface Queue {
  url: string;
  /** Does it take what the topic delivers? */
  isOpen: boolean;
}

async function queueOf({ sqs, account }: At, QueueName: string, topicArn: string): Promise<Queue> {
  try {
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
    return { url: QueueUrl, isOpen: letsIn(Attributes?.['Policy'], topicArn) };
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
  }
  const Attributes = {
    FifoQueue: 'true',
    MessageRetentionPeriod: String(KEPT_SECONDS),
    Policy: policyFor(arnOf('sqs', account, QueueName), topicArn),
  };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return { url: QueueUrl, isOpen: true };
}

/** Resolves to the ARN of a topic that the queue is subscribed to. A subscription that is there stays as it is. */
async function topicTo(
  at: At,
  { name, queue, isRaw }: { name: string; queue: string; isRaw: boolean },
): Promise<string> {
  const TopicArn = arnOf('sns', at.account, name);
  const Endpoint = arnOf('sqs', at.account, queue);
  if ((await subscribersOf(at, TopicArn)).includes(Endpoint)) return TopicArn;
  const Attributes = { RawMessageDelivery: String(isRaw) };
  const subscribe = () => at.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
  try {
    await subscribe();
  } catch (error) {
    if (!(error instanceof NotFoundException)) throw error;
    await at.sns.send(new CreateTopicCommand({ Name: name, Attributes: { FifoTopic: 'true' } }));
    await subscribe();
  }
  return TopicArn;
}

/** None of a topic that is not there yet. */
async function subscribersOf({ sns }: At, TopicArn: string): Promise<string[]> {
  const endpoints: string[] = [];
  try {
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn }))
      endpoints.push(...Subscriptions.map(({ Endpoint = '' }) => Endpoint));
  } catch (error) {
    if (!(error instanceof NotFoundException)) throw error;
  }
  return endpoints;
}
