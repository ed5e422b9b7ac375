/** Names, policies and messages for SNS and SQS, without either. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf, deliveryOf, packed, roundsOf } from '../../src/brokers/sns-sqs-messages.js';
import {
  accountOf,
  arnOf,
  beginningOf,
  groupOf,
  letsIn,
  nameOfPlace,
  policyFor,
} from '../../src/brokers/sns-sqs-names.js';
import { toAttributes } from '../../src/contract/envelope.js';
import { MessageRefused, type BrokerMessage } from '../../src/kit/broker.js';

const FRANKFURT = accountOf('sqs://eu-central-1/123456789012');

describe('the account of a URL', () => {
  it('is read with and without keys and endpoint', () => {
    expect(FRANKFURT).toEqual({ region: 'eu-central-1', account: '123456789012' });
    expect(accountOf('sqs://AKIA1:a%2Fb%2Bc@eu-west-1/000000000000?endpoint=http://127.0.0.1:4566')).toEqual({
      region: 'eu-west-1',
      account: '000000000000',
      credentials: { accessKeyId: 'AKIA1', secretAccessKey: 'a/b+c' },
      endpoint: 'http://127.0.0.1:4566',
    });
  });
  it('gives addresses of the partition that the region is in', () => {
    expect(arnOf('sqs', FRANKFURT, 'q.fifo')).toBe('arn:aws:sqs:eu-central-1:123456789012:q.fifo');
    const regions = ['cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'];
    const partitions = regions.map((region) => arnOf('sns', { ...FRANKFURT, region }, 'x').split(':')[1]);
    expect(partitions).toEqual(['aws-cn', 'aws-us-gov', 'aws-eusc']);
  });
});

describe('names of queues and topics', () => {
  it('are plain where they can be', () => {
    expect(nameOfPlace(['quittance', 'payment-events', 'my-shop'])).toBe('quittance_payment-events_my-shop.fifo');
    expect(nameOfPlace(['quittance', 'payment-commands'])).toBe('quittance_payment-commands.fifo');
  });
  it('end with a hash where they cannot, which the shell makes too', () => {
    // printf '["quittance","payment-events","shop.de"]' | sha256sum | cut -c 1-16
    expect(nameOfPlace(['quittance', 'payment-events', 'shop.de'])).toBe(
      'quittance_payment-events_shop-de-54d8030e7c986961.fifo',
    );
  });
  it('are taken by Amazon, differ for different tenants, and begin as the policy of the commands says', () => {
    const part = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
    const app = fc.stringMatching(/^[A-Za-z0-9._-]{1,36}$/);
    fc.assert(
      fc.property(app, part, part, (its, one, other) => {
        const name = nameOfPlace([its, 'payment-commands', one]);
        expect(name).toMatch(/^[A-Za-z0-9_-]{1,75}\.fifo$/);
        expect(name.startsWith(beginningOf(its, 'payment-commands'))).toBe(true);
        expect(name === nameOfPlace([its, 'payment-commands', other])).toBe(one === other);
      }),
    );
  });
  it('cannot be chosen so that one tenant reads another’s', () => {
    const [, ending] = /_(shop-de-[0-9a-f]{16})\.fifo$/.exec(nameOfPlace(['q', 'c', 'shop.de'])) ?? [];
    expect(ending).toBeDefined();
    expect(nameOfPlace(['q', 'c', ending ?? ''])).not.toBe(nameOfPlace(['q', 'c', 'shop.de']));
  });
  it('a group is the key, or a hash of what cannot be one', () => {
    expect(groupOf('DE--12#3')).toBe('DE--12#3');
    for (const key of ['größe', 'a b', 'x'.repeat(129)]) expect(groupOf(key)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the policy of a queue', () => {
  const topic = arnOf('sns', FRANKFURT, 'q_payment-events_t.fifo');
  const queue = arnOf('sqs', FRANKFURT, 'q_payment-events_t.fifo');
  const written = (change: object): string => {
    const policy = JSON.parse(policyFor(queue, topic)) as { Statement: object[] };
    return JSON.stringify({ ...policy, Statement: { ...policy.Statement[0], ...change } });
  };
  it('lets our topic in', () => {
    expect(letsIn(policyFor(queue, topic), topic)).toBe(true);
    expect(letsIn(policyFor(queue, 'arn:aws:sns:eu-central-1:123456789012:q_payment-events_*'), topic)).toBe(true);
    expect(letsIn(written({ Principal: '*', Action: ['SQS:*'], Condition: undefined }), topic)).toBe(true);
    expect(letsIn(written({ Condition: { ArnEquals: { 'AWS:SourceArn': ['x', topic] } } }), topic)).toBe(true);
  });
  it('of somebody else may not', () => {
    expect(letsIn(undefined, topic)).toBe(false);
    expect(letsIn('{}', topic)).toBe(false);
    expect(letsIn(policyFor(queue, `${topic}x`), topic)).toBe(false);
    expect(letsIn(policyFor(queue, 'arn:aws:sns:eu-central-1:999999999999:*'), topic)).toBe(false);
    expect(letsIn(written({ Effect: 'Deny' }), topic)).toBe(false);
    expect(letsIn(written({ Action: 'sqs:ReceiveMessage', Condition: {} }), topic)).toBe(false);
    expect(letsIn(written({ Principal: { AWS: 'arn:aws:iam::123456789012:role/shop' } }), topic)).toBe(false);
  });
});

describe('messages out', () => {
  const message = (id: string, orderKey: string, more: Partial<BrokerMessage> = {}): BrokerMessage => ({
    ...{ id, orderKey, tenantId: 't', channel: 'c', body: '{}', attributes: { name: 'X', empty: '' } },
    ...more,
  });
  const refusal = (change: Partial<BrokerMessage>): unknown => {
    try {
      return packed(message('a', 'o', change));
    } catch (error) {
      return error instanceof MessageRefused ? [error.messageId, error.forever] : error;
    }
  };
  const fill = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

  it('carry the whole envelope as texts', () => {
    const envelope = toAttributes({
      name: 'PaymentCaptured',
      tenantIdentifier: 'shop',
      appIdentifier: 'app',
      timestampMicros: 1,
      correlationId: 'c',
      transactionId: 't',
    });
    const { entry } = packed(message('a', 'DE 1', { attributes: envelope, body: '"\uFFFF"' }));
    expect(entry).toEqual({
      Id: 'a',
      Message: '"\\uffff"',
      MessageAttributes: Object.fromEntries(
        Object.entries(envelope).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
      MessageGroupId: groupOf('DE 1'),
      MessageDeduplicationId: 'a',
    });
  });
  it('leave out empty attributes; too many of them, or too much of it, is refused for ever', () => {
    expect(Object.keys(packed(message('a', 'o')).entry.MessageAttributes ?? {})).toEqual(['name']);
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, 'x']));
    expect(refusal({ attributes: eleven })).toEqual(['a', true]);
    expect(refusal({ attributes: {}, body: fill(262_144) })).toMatchObject({ bytes: 262_144 });
    expect(refusal({ attributes: {}, body: fill(262_145) })).toEqual(['a', true]);
  });
  it('of one order go in rounds, those of different orders together, ten or 256 KB at most', () => {
    const ids = (batches: { message: BrokerMessage }[][]) => batches.map((one) => one.map(({ message: { id } }) => id));
    const same = [message('a', '1'), message('b', '2'), message('c', '1'), message('d', '1', { tenantId: 'u' })];
    expect(ids(roundsOf(same))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const [round = []] = roundsOf(Array.from({ length: 12 }, (_, n) => message(`m${n}`, `${n}`)));
    expect(batchesOf(round).map(({ length }) => length)).toEqual([10, 2]);
    const large = ['a', 'b', 'c'].map((id) => message(id, id, { attributes: {}, body: fill(100_000) }));
    expect(ids(batchesOf(roundsOf(large)[0] ?? []))).toEqual([['a', 'b'], ['c']]);
    const mixed = ['t', 'u', 't'].map((tenantId, n) => message(`m${n}`, `${n}`, { tenantId }));
    expect(ids(batchesOf(roundsOf(mixed)[0] ?? []))).toEqual([['m0', 'm2'], ['m1']]);
  });
});

describe('messages in', () => {
  const bytes = (text: string) => Buffer.from(text);
  it('that were sent to the queue are taken as they are', () => {
    const given = {
      MessageId: 'm',
      Body: '{"Type":"Notification"}',
      MessageAttributes: {
        name: { DataType: 'String', StringValue: 'CapturePayment' },
        raw: { DataType: 'Binary', BinaryValue: bytes('é') },
      },
    };
    expect(deliveryOf(given, () => 'nobody')).toEqual({
      messageId: 'm',
      attributes: { name: 'CapturePayment', raw: 'é' },
      body: bytes('{"Type":"Notification"}'),
    });
    expect(deliveryOf({}, () => 'nobody')).toEqual({ attributes: {}, body: bytes('') });
  });
  it('that came by a topic are unwrapped, once, and are the tenant’s whose topic it is', () => {
    const inner = JSON.stringify({ Type: 'Notification', TopicArn: 'other', Message: '{}' });
    const Body = JSON.stringify({
      Type: 'Notification',
      TopicArn: 'arn',
      Message: inner,
      MessageAttributes: { name: { Type: 'String', Value: 'X' } },
    });
    const seen: unknown[] = [];
    const delivery = deliveryOf({ MessageId: 'm', Body }, (...of) => (seen.push(of), 'shop'));
    expect(delivery).toEqual({ messageId: 'm', tenantId: 'shop', attributes: { name: 'X' }, body: bytes(inner) });
    expect(seen).toEqual([['arn', { name: 'X' }]]);
  });
});
