/** SNS and SQS: an emulator of both, killed and started again on its own data. */
import { createServer, request, type Server as HttpServer } from 'node:http';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBroker } from '../../src/brokers/index.js';
import { nameOfPlace, policyFor } from '../../src/brokers/sns-sqs-names.js';
import { MessageRefused, type Broker, type BrokerMessage, type Delivery } from '../../src/kit/broker.js';
import { eventually } from '../flows/heart.js';
import { ACCOUNT, KEY, REGION, startEmulator } from './sns-sqs-emulator.js';
import { brokerSuite } from './suite.js';

brokerSuite('SNS/SQS', startEmulator);

describe('SNS/SQS', () => {
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  let sns: SNSClient;
  let sqs: SQSClient;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    emulator = await startEmulator();
    const shared = { region: REGION, endpoint: emulator.endpoint, credentials: KEY };
    sns = new SNSClient(shared);
    sqs = new SQSClient(shared);
  });
  afterAll(async () => {
    for (const close of closing) await close().catch(() => undefined);
    await emulator.end();
  });

  const open = async (prefix: string, url = emulator.url): Promise<Broker> => {
    const log = Object.assign(() => undefined, { warn: () => undefined });
    const broker = await openBroker({ url, prefix, log });
    closing.push(() => broker.close());
    return broker;
  };
  const one = (id: string, more: Partial<BrokerMessage> = {}): BrokerMessage => ({
    ...{ id, tenantId: 't1', channel: 'payment-events', orderKey: 'o', body: '{}', attributes: { name: 'X' } },
    ...more,
  });
  const refused = (publishing: Promise<void>) =>
    publishing.then(
      () => undefined,
      (error: unknown) => (error instanceof MessageRefused ? [error.messageId, error.forever, error.message] : error),
    );
  const arnOf = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
  const bodiesIn = async (QueueUrl: string): Promise<unknown[]> => {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
    return ((await sqs.send(new ReceiveMessageCommand(asked))).Messages ?? []).map(({ Body }) => Body);
  };
  const send = (topic: string, tenantIdentifier: string, n: number) =>
    sns.send(
      new PublishCommand({
        TopicArn: arnOf('sns', topic),
        Message: JSON.stringify({ n }),
        MessageAttributes: { tenantIdentifier: { DataType: 'String', StringValue: tenantIdentifier } },
        MessageGroupId: 'o',
        MessageDeduplicationId: `${tenantIdentifier} ${n}`.replaceAll(' ', '-'),
      }),
    );

  it('a queue that the shop made is used as it is, once it lets the topic in; a removed topic is made again', async () => {
    const broker = await open('mine');
    const name = 'mine_payment-events_t1.fifo';
    const made = { FifoQueue: 'true', VisibilityTimeout: '77', DelaySeconds: '0' };
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: made }));
    const [id, forever, reason] = (await refused(broker.publish([one('a')]))) as unknown[];
    expect([id, forever]).toEqual(['a', false]);
    expect(reason).toContain(`the policy of the queue ${name} does not let ${arnOf('sns', name)} in`);
    const Policy = policyFor(arnOf('sqs', name), arnOf('sns', 'mine_*'));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await broker.publish([one('a')]);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ VisibilityTimeout: '77', Policy });
    await sns.send(new DeleteTopicCommand({ TopicArn: arnOf('sns', name) }));
    expect(((await refused(broker.publish([one('b')]))) as unknown[]).slice(0, 2)).toEqual(['b', false]);
    await broker.publish([one('b')]);
    expect(await bodiesIn(QueueUrl)).toHaveLength(1);
  });

  it('a topic that the shop made, with a queue of its own behind it, is used as it is', async () => {
    const name = 'topical_payment-events_t1.fifo';
    const made = { FifoTopic: 'true', DisplayName: 'ours' };
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name, Attributes: made }));
    await (await open('topical')).publish([one('a')]);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ DisplayName: 'ours', SubscriptionsConfirmed: '1' });
  });

  it('what is too large is refused for ever, and the others still go', async () => {
    const broker = await open('large');
    const large = one('a', { body: JSON.stringify('x'.repeat(262_144)) });
    const reason = '262157 bytes are more than 262144';
    expect(await refused(broker.publish([large, one('b', { orderKey: 'p' })]))).toEqual(['a', true, reason]);
    await broker.publish([one('b', { orderKey: 'p' })]);
  });

  it('one that is refused out of a batch is passed by none of its order, and arrives once when all are sent again', async () => {
    const proxy = await refusingProxy(emulator.endpoint, 'b');
    closing.push(async () => proxy.server.close());
    const broker = await open('partly', emulator.url.replace(emulator.endpoint, proxy.url));
    const [a, b, c] = [one('a'), one('b', { orderKey: 'p' }), one('c', { orderKey: 'p' })];
    const [id, forever, reason] = (await refused(broker.publish([a, b, c]))) as unknown[];
    expect([id, forever, reason]).toEqual(['b', false, 'InternalError: try again']);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'partly_payment-events_t1.fifo' }));
    expect(await bodiesIn(QueueUrl)).toHaveLength(1);
    await broker.publish([a, b, c]);
    const asked = { QueueUrl, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['All' as const] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ ...asked, MaxNumberOfMessages: 10 }));
    expect(Messages.map(({ Attributes }) => Attributes?.MessageDeduplicationId)).toEqual(['b']);
  });

  it('a tenant has a topic for its commands, and speaks for itself alone', async () => {
    const broker = await open('said');
    const taken: [string | undefined, string][] = [];
    const take = ({ tenantId, body }: Delivery) => {
      taken.push([tenantId, Buffer.from(body).toString('utf8')]);
      return Promise.resolve();
    };
    const consumer = broker.consume('payment-commands', take);
    // Who is told something may answer.
    for (const tenantId of ['t1', 'shop.de']) await broker.publish([one('a', { tenantId })]);
    const [plain, shortened] = ['t1', 'shop.de'].map((tenant) => nameOfPlace(['said', 'payment-commands', tenant]));
    await send(plain ?? '', 't1', 1);
    await send(plain ?? '', 'shop.de', 2);
    await send(shortened ?? '', 'shop.de', 3);
    await send(shortened ?? '', 't1', 4);
    await eventually('all', async () => taken.length === 4);
    await consumer.stop();
    const ending = shortened?.replace('said_payment-commands_', '').replace('.fifo', '');
    expect(taken).toEqual([
      ['t1', '{"n":1}'],
      ['t1', '{"n":2}'],
      ['shop.de', '{"n":3}'],
      [ending, '{"n":4}'],
    ]);
  });

  it('a queue of commands that lets no topic in is read all the same', async () => {
    const QueueName = 'closed_payment-commands.fifo';
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: 'true' } }));
    const broker = await open('closed');
    const taken: Delivery[] = [];
    const consumer = broker.consume('payment-commands', async (delivery) => void taken.push(delivery));
    await broker.publish([one('a')]);
    const topic = { TopicArn: arnOf('sns', 'closed_payment-commands_t1.fifo') };
    await expect(sns.send(new GetTopicAttributesCommand(topic))).rejects.toThrow('does not exist');
    await (
      await emulator.shop('closed', 't1')
    ).send('payment-commands', { attributes: { name: 'X' }, body: '{}', messageId: 'x' });
    await eventually('the command', async () => taken.length === 1);
    await consumer.stop();
    // And one that was removed meanwhile is made again.
    const again = broker.consume('payment-commands', async (delivery) => void taken.push(delivery));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    const shop = await emulator.shop('closed', 't1');
    await shop.send('payment-commands', { attributes: { name: 'Y' }, body: '{}', messageId: 'y' });
    await eventually('the next command', async () => taken.length === 2);
    await again.stop();
  });

  it('a command that cannot be stored for longer than it is lent stays with who has it, and is passed by none', async () => {
    const [first, second] = [await open('slow'), await open('slow')];
    const handed: string[] = [];
    let isAway = true;
    const take = ({ body }: Delivery) => {
      handed.push(Buffer.from(body).toString('utf8'));
      return isAway ? Promise.reject(new Error('away')) : Promise.resolve();
    };
    const one = first.consume('payment-commands', take);
    const shop = await emulator.shop('slow', 't1');
    for (const n of [1, 2])
      await shop.send('payment-commands', { attributes: { name: 'X' }, body: `{"n":${n}}`, messageId: `m${n}` });
    await eventually('the first', async () => handed.length > 0);
    const passed: string[] = [];
    const other = second.consume('payment-commands', async ({ body }) => {
      passed.push(Buffer.from(body).toString('utf8'));
    });
    await new Promise((done) => setTimeout(done, 36_000));
    expect([new Set(handed), passed]).toEqual([new Set(['{"n":1}']), []]);
    isAway = false;
    await eventually('both', async () => [...handed, ...passed].includes('{"n":2}'));
    await Promise.all([one.stop(), other.stop()]);
  }, 90_000);
});

/** Stands before the emulator and refuses one message, once, out of whatever batch it comes in. */
async function refusingProxy(endpoint: string, id: string): Promise<{ url: string; server: HttpServer }> {
  let refusals = 1;
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      let body = Buffer.concat(chunks).toString('utf8');
      const entry = new RegExp(`PublishBatchRequestEntries\\.member\\.(\\d+)\\.Id=${id}(?:&|$)`).exec(body)?.[1];
      const isRefused = entry !== undefined && refusals-- > 0;
      if (isRefused)
        body = body
          .split('&')
          .filter((part) => !part.includes(`.member.${entry}.`))
          .join('&');
      const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) };
      const forwarded = request(endpoint + (incoming.url ?? ''), { method: incoming.method, headers }, (given) => {
        const parts: Buffer[] = [];
        given.on('data', (part: Buffer) => parts.push(part));
        given.on('end', () => {
          const failed = `<Failed><member><Id>${id}</Id><Code>InternalError</Code><Message>try again</Message>`;
          const text = Buffer.concat(parts).toString('utf8');
          const changed = text.replace('<Failed>', `${failed}<SenderFault>false</SenderFault></member>`);
          answer.writeHead(given.statusCode ?? 500, { 'content-type': given.headers['content-type'] ?? 'text/xml' });
          answer.end(isRefused ? changed : text);
        });
      });
      forwarded.on('error', () => answer.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, server };
}
