/** The event platform as a client sees it: what is sent byte for byte, tokens, every answer, both transports, wrong URLs. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBroker } from '../../src/brokers/index.js';
import { readPlatformAddress } from '../../src/brokers/platform-address.js';
import { MessageRefused, type Broker, type BrokerMessage, type Delivery } from '../../src/kit/broker.js';
import { eventually } from '../flows/heart.js';

interface Seen {
  line: string;
  headers: string[];
  body: string;
}
type Reply = { status: number; body?: string; headers?: Record<string, string>; never?: boolean };

let seen: Seen[];
let reply: (seen: Seen) => Reply;
let tokensGiven: number;
let lifetime: unknown;
let home: string;
let told: [string, unknown][];
let stop: () => Promise<void>;
const brokers: Broker[] = [];

beforeEach(async () => {
  seen = [];
  told = [];
  tokensGiven = 0;
  lifetime = 3600;
  reply = () => ({ status: 200, body: '{"MessageId":"m-1"}' });
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const one = { line: `${request.method} ${request.url}`, headers: linesOf(request), body };
      if (request.url?.startsWith('/token') === true) {
        tokensGiven += 1;
        seen.push(one);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ access_token: `token-${tokensGiven}`, token_type: 'Bearer', expires_in: lifetime }),
        );
        return;
      }
      seen.push(one);
      const { status, body: text = '', headers = {}, never = false } = reply(one);
      if (never) return void response.destroy();
      response.writeHead(status, headers);
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  home = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
  await stop();
});

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Names as they were written. */
function linesOf({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : []));
}

async function open(scheme = '', path = '/channels/', more = ''): Promise<Broker> {
  const url = `${scheme}http://app%20one:s%2Fcret@${home}${path}?token_url=http://${home}/token${more}`;
  const tell = (event: string, fields?: unknown): void => void told.push([event, fields]);
  const broker = await openBroker({ url, prefix: 'quittance', log: Object.assign(tell, { warn: tell }) });
  brokers.push(broker);
  return broker;
}

const attributes = {
  transferName: 'PaymentAuthorized',
  event: 'PaymentAuthorized',
  name: 'PaymentAuthorized',
  tenantIdentifier: 'tenant-1',
  storeReference: 'tenant-1',
  actorId: 'quittance',
  publisher: 'quittance',
  timestamp: '2025-05-09T10:00:00.123456',
  correlationId: '2f6ad3c4-6a7e-4f6e-9d0a-3f6f4b9a1c01',
  transactionId: '7a6ad3c4-6a7e-4f6e-9d0a-3f6f4b9a1c01',
};
const message = (id = 'm', body = '{"orderReference":"DE--123"}'): BrokerMessage => ({
  id,
  tenantId: 'tenant-1',
  channel: 'payment-events',
  orderKey: 'DE--123',
  body,
  attributes,
});
const outcome = (broker: Broker, ...messages: BrokerMessage[]): Promise<unknown> =>
  broker.publish(messages).then(
    () => 'confirmed',
    (error: unknown) => (error instanceof MessageRefused ? [error.messageId, error.forever] : (error as Error).message),
  );

const ENVELOPE = [
  'Transfer-Name: PaymentAuthorized',
  'Event: PaymentAuthorized',
  'Name: PaymentAuthorized',
  'Tenant-Identifier: tenant-1',
  'Store-Reference: tenant-1',
  'Actor-Id: quittance',
  'Publisher: quittance',
  'Timestamp: 2025-05-09T10:00:00.123456',
  'Correlation-Id: 2f6ad3c4-6a7e-4f6e-9d0a-3f6f4b9a1c01',
  'Transaction-Id: 7a6ad3c4-6a7e-4f6e-9d0a-3f6f4b9a1c01',
];

it('is reached when it gives a token: nothing is sent, and no command is held back', async () => {
  await (await open()).reach();
  expect(seen.map(({ line }) => line)).toEqual(['POST /token']);
  const { origin } = new URL(`http://${home}`);
  await stop();
  const broker = await openBroker({
    url: `http://app:secret@${home}/channels/?token_url=${origin}/token`,
    prefix: 'quittance',
    log: Object.assign(() => undefined, { warn: () => undefined }),
  });
  brokers.push(broker);
  await expect(broker.reach()).rejects.toThrow('ECONNREFUSED');
});

describe('sending', () => {
  it('posts the payload to the channel, the envelope in Train-Case in its order', async () => {
    expect(await outcome(await open(), message())).toBe('confirmed');
    const [token, sent] = seen;
    expect(token?.line).toBe('POST /token');
    expect(token?.body).toBe(
      'client_id=app%20one&client_secret=s%2Fcret&grant_type=client_credentials&audience=aop-event-platform',
    );
    expect(sent).toEqual({
      line: 'POST /channels/payment-events',
      headers: [
        'Content-Type: application/json',
        ...ENVELOPE,
        'Authorization: Bearer token-1',
        'Content-Length: 28',
        `Host: ${home}`,
        'Connection: keep-alive',
      ],
      body: '{"orderReference":"DE--123"}',
    });
  });

  it('by the older transport posts to one endpoint, with X- before the names', async () => {
    const broker = await open('mb1+', '/message-broker');
    expect([broker.name, await outcome(broker, message())]).toEqual(['MB1', 'confirmed']);
    expect(seen[1]?.line).toBe('POST /message-broker');
    expect(seen[1]?.headers.slice(0, 12)).toEqual([
      'Content-Type: application/json',
      ...ENVELOPE.map((line) => `X-${line}`),
      'Authorization: Bearer token-1',
    ]);
    // Its commands come in at our own door.
    await broker.consume('payment-commands', () => Promise.resolve()).stop();
  });

  it.each<[Reply, unknown]>([
    [{ status: 200, body: '{"MessageId":7}' }, 'confirmed'],
    [{ status: 202 }, 'confirmed'],
    [{ status: 204 }, 'confirmed'],
    [{ status: 200, body: '<html>please log in</html>' }, 'the platform answered 200 without JSON'],
    [{ status: 302, headers: { location: '/elsewhere' } }, 'the platform answered 302, which is not followed'],
    [{ status: 400 }, ['m', true]],
    [{ status: 413 }, ['m', true]],
    [{ status: 422 }, ['m', true]],
    [{ status: 403 }, ['m', false]],
    [{ status: 404 }, ['m', false]],
    [{ status: 408 }, ['m', false]],
    [{ status: 429 }, ['m', false]],
    [{ status: 500 }, 'the platform answered 500'],
    [{ status: 503, body: 'token=secret' }, 'the platform answered 503'],
    [{ status: 401 }, 'the platform answered 401'],
    [{ status: 0, never: true }, 'socket hang up'],
  ])('an answer %j means %j', async (answer, meaning) => {
    reply = () => answer;
    expect(await outcome(await open(), message())).toEqual(meaning);
  });

  it('names the one that is refused when others go well, and an outage before a refusal', async () => {
    reply = ({ body }) => ({ status: body.includes('bad') ? 422 : 200 });
    const broker = await open();
    expect(await outcome(broker, message('a'), message('b', '{"bad":1}'), message('c'))).toEqual(['b', true]);
    reply = ({ body }) => ({ status: body.includes('bad') ? 422 : 500 });
    expect(await outcome(broker, message('a'), message('b', '{"bad":1}'))).toBe('the platform answered 500');
  });
});

describe('tokens', () => {
  it('are fetched once, however many messages go at once', async () => {
    const broker = await open();
    await Promise.all(Array.from({ length: 30 }, (_, n) => broker.publish([message(String(n))])));
    expect(tokensGiven).toBe(1);
  });

  it('that are refused are fetched again once, and the message goes out', async () => {
    reply = ({ headers }) => ({ status: headers.includes('Authorization: Bearer token-1') ? 401 : 200 });
    const broker = await open();
    expect(await outcome(broker, message('a'), message('b'), message('c'))).toBe('confirmed');
    expect(tokensGiven).toBe(2);
  });

  it('end a while before their time', async () => {
    lifetime = '1';
    const broker = await open();
    await broker.publish([message()]);
    await eventually('another token', async () => {
      await broker.publish([message()]);
      return tokensGiven > 1;
    });
  });

  it('that cannot be had are an outage, which shows no secret', async () => {
    const url = `http://app:s%2Fcret@${home}/channels/?token_url=http://${home}/nothing`;
    const log = Object.assign(() => undefined, { warn: () => undefined });
    const broker = await openBroker({ url, prefix: 'q', log });
    brokers.push(broker);
    reply = () => ({ status: 403, body: '{"error":"s/cret"}' });
    expect(await outcome(broker, message())).toBe('the token endpoint answered 403');
    reply = () => ({ status: 200, body: '{}' });
    expect(await outcome(broker, message())).toBe('the token endpoint gave no token');
  });
});

describe('receiving', () => {
  const item = (MessageId: unknown, body: unknown = '{"orderReference":"DE--1"}'): object => ({
    MessageId,
    MessageBody: body,
    MessageAttributes: { transferName: 'CapturePayment', tenantIdentifier: 'tenant-1' },
  });

  /** Answers polls from the list, then with nothing; hands over what came. */
  async function polled(...answers: Reply[]): Promise<{ taken: Delivery[]; end: () => Promise<void> }> {
    const taken: Delivery[] = [];
    let at = 0;
    reply = ({ line }) => (line.startsWith('GET') ? (answers[at++] ?? { status: 200, body: '[]' }) : { status: 204 });
    const consumer = (await open()).consume('payment-commands', (delivery) => {
      taken.push(delivery);
      return Promise.resolve();
    });
    await eventually('a further poll', async () => seen.filter(({ line }) => line.startsWith('GET')).length > answers.length); // prettier-ignore
    return { taken, end: () => consumer.stop() };
  }

  it('polls as the app, and takes each message away when it is stored', async () => {
    const { taken, end } = await polled({ status: 200, body: JSON.stringify([item('m-1'), item(2)]) });
    await end();
    expect(taken.map(({ messageId }) => messageId)).toEqual(['m-1', '2']);
    expect(taken[0]?.attributes).toEqual({ transferName: 'CapturePayment', tenantIdentifier: 'tenant-1' });
    const [, poll, ...acks] = seen;
    expect(poll?.line).toBe('GET /channels/payment-commands?limit=100');
    expect(poll?.headers.slice(0, 3)).toEqual(['Consumer-Id: quittance', 'Content-Type: application/json', 'Authorization: Bearer token-1']); // prettier-ignore
    expect(acks.filter(({ line }) => line.startsWith('DELETE')).map(({ line, body }) => [line, body])).toEqual([
      ['DELETE /channels/payment-commands', '{"messageIds":["m-1"]}'],
      ['DELETE /channels/payment-commands', '{"messageIds":[2]}'],
    ]);
  });

  it.each<[Reply]>([
    [{ status: 204 }],
    [{ status: 304 }],
    [{ status: 200 }],
    [{ status: 200, body: 'null' }],
    [{ status: 200, body: '{}' }],
    [{ status: 200, body: '[]' }],
  ])('%j is no message and no outage', async (answer) => {
    const { taken, end } = await polled(answer);
    await end();
    expect([taken, told]).toEqual([[], []]);
  });

  it.each<[Reply, string]>([
    [{ status: 200, body: '<html></html>' }, 'the platform answered 200 without JSON'],
    [{ status: 404 }, 'the platform answered 404'],
    [{ status: 500 }, 'the platform answered 500'],
    [{ status: 301, headers: { location: '/x' } }, 'the platform answered 301, which is not followed'],
  ])('%j is an outage that is told once, and it goes on', async (answer, reason) => {
    const { taken, end } = await polled(answer, answer, { status: 200, body: JSON.stringify([item('m-1')]) });
    await end();
    expect(taken).toHaveLength(1);
    expect(told).toEqual([['broker away', { what: 'commands', reason }], ['broker is back', { what: 'commands' }]]);
  }); // prettier-ignore

  it('hands over what is odd too, so that it is set aside and blocks nothing', async () => {
    const odd = [7, { MessageId: 'a' }, item('b', { nested: 1 }), item('c', 'no json'), { MessageBody: '{}' }];
    const { taken, end } = await polled({ status: 200, body: JSON.stringify(odd) });
    await end();
    expect(taken.map(({ messageId, body }) => [messageId, Buffer.from(body).toString('utf8')])).toEqual([
      [undefined, '7'],
      ['a', '{"MessageId":"a"}'],
      ['b', '{"nested":1}'],
      ['c', 'no json'],
      [undefined, '{}'],
    ]);
    const acknowledged = seen.filter(({ line }) => line.startsWith('DELETE')).map(({ body }) => body);
    expect(acknowledged).toEqual(['{"messageIds":["a"]}', '{"messageIds":["b"]}', '{"messageIds":["c"]}']);
  });

  /** Hands out a batch of three at every poll; `turn` says whose turn it is. */
  async function three(turn: () => Promise<boolean>, take = (_id: string): Promise<void> => Promise.resolve()) {
    reply = ({ line }) =>
      line.startsWith('GET')
        ? { status: 200, body: JSON.stringify([item('m-1'), item('m-2'), item('m-3')]) }
        : { status: 204 };
    const taken: string[] = [];
    const onDelivery = async ({ messageId = '' }: Delivery): Promise<void> => {
      await take(messageId);
      taken.push(messageId);
    };
    return { taken, consumer: (await open()).consume('payment-commands', onDelivery, turn) };
  }
  const linesOfPolls = () => seen.map(({ line }) => line).filter((line) => line.startsWith('GET'));
  const linesOfAcks = () => seen.map(({ line }) => line).filter((line) => line.startsWith('DELETE'));

  it('polls only when it is our turn, or will be, and asks again', async () => {
    const turns = [false, undefined, true];
    let asked = 0;
    const { taken, consumer } = await three(() => {
      const turn = turns[Math.min(asked++, 2)];
      if (turn !== true) expect(linesOfPolls()).toEqual([]);
      return turn === undefined ? Promise.reject(new Error('nobody knows')) : Promise.resolve(turn);
    });
    await eventually('three', () => Promise.resolve(taken.length >= 3));
    await consumer.stop();
    expect(told).toEqual([]);
  });

  it('drops the rest of what it has in hand when the turn is over: another node gets it', async () => {
    const { taken, consumer } = await three(() => Promise.resolve(taken.length < 2));
    await eventually('two', () => Promise.resolve(taken.length === 2));
    await consumer.stop();
    expect([taken, linesOfPolls().length, linesOfAcks().length]).toEqual([['m-1', 'm-2'], 1, 2]);
  });

  it('keeps what it has in hand while nobody knows whose turn it is', async () => {
    let unknown = 2;
    const { taken, consumer } = await three(() =>
      taken.length === 1 && unknown-- > 0 ? Promise.reject(new Error('nobody knows')) : Promise.resolve(true),
    );
    await eventually('three', () => Promise.resolve(taken.length >= 3));
    await consumer.stop();
    expect([taken.slice(0, 3), unknown]).toEqual([['m-1', 'm-2', 'm-3'], -1]);
  });

  it('stores all that it has in hand when it stops, and asks for no more', async () => {
    let stopping: Promise<void> | undefined;
    const { taken, consumer } = await three(
      () => Promise.resolve(true),
      () => {
        stopping ??= consumer.stop();
        return Promise.resolve();
      },
    );
    await eventually('the first', () => Promise.resolve(stopping !== undefined));
    await stopping;
    expect([taken, linesOfPolls().length, linesOfAcks().length]).toEqual([['m-1', 'm-2', 'm-3'], 1, 3]);
  });

  it('stores all that it has in hand when the platform goes away, and says so', async () => {
    const { taken, consumer } = await three(() => Promise.resolve(true));
    const batch = reply;
    reply = (one) => (one.line.startsWith('DELETE') ? { status: 500 } : batch(one));
    await eventually('the outage', () => Promise.resolve(told.length > 0));
    await consumer.stop();
    expect(taken.slice(0, 3)).toEqual(['m-1', 'm-2', 'm-3']);
    expect(linesOfAcks()).toHaveLength(linesOfPolls().length);
    expect(told[0]).toEqual(['broker away', { what: 'commands', reason: 'the platform answered 500' }]);
  });

  it('may poll at another address than it sends to', async () => {
    const consumer = (await open('', '/out/', `&receive_url=http://${home}/in`)).consume('c', () => Promise.resolve());
    await eventually('a poll', async () => seen.some(({ line }) => line === 'GET /in/c?limit=100'));
    await consumer.stop();
  });
});

describe('BROKER_URL', () => {
  const read = (url: string) => readPlatformAddress(url);

  it('names everything, with defaults', () => {
    expect(read('https://a%40b:c%2Fd@platform.example.com/x?token_url=https://login.example.com/oauth/token')).toEqual({
      sendUrl: 'https://platform.example.com/x/',
      receiveUrl: 'https://platform.example.com/x/',
      tokenUrl: 'https://login.example.com/oauth/token',
      clientId: 'a@b',
      clientSecret: 'c/d',
      audience: 'aop-event-platform',
    });
    const legacy = read('mb1+https://a:b@bus.example.com/messages?token_url=https://login.example.com/t&audience=x');
    expect(legacy).toMatchObject({ sendUrl: 'https://bus.example.com/messages', receiveUrl: undefined, audience: 'x' });
    expect(read('http://a:b@platform:8080/?insecure=true&token_url=http://login/t').sendUrl).toBe(
      'http://platform:8080/',
    );
  });

  it.each([
    ['https://platform.example.com/?token_url=https://login/t', 'no client and secret'],
    ['https://hush@platform.example.com/?token_url=https://login/t', 'no client and secret'],
    ['https://a:hush@platform.example.com/', 'no token_url'],
    ['https://a:hush@platform.example.com/?token_url=login', 'no URL in token_url'],
    ['https://a:hush@platform.example.com/?token_url=https://login/t&tokenurl=1', 'a parameter "tokenurl"'],
    ['http://a:hush@platform.example.com/?token_url=https://login/t', 'the address with http:'],
    ['https://a:hush@platform.example.com/?token_url=http://login/t', 'token_url with http:'],
    ['https://a:hush@platform.example.com/?token_url=ftp://login/t', 'token_url with ftp:'],
    ['https://a:hush%@platform.example.com/?token_url=https://login/t', 'a client or secret that is not percent-encoded'],
    ['mb1+https://a:hush@bus/x?token_url=https://login/t&receive_url=https://bus/', 'receive_url'],
    ['https://a:hush@platform.example.com/?token_url=https://login/t&insecure=1', 'another value of insecure'],
  ])('%s stops the start with one line', (url, seenAs) => {
    expect(() => read(url)).toThrow(`Read BROKER_URL: seen is ${seenAs}, wanted is `);
    expect(() => read(url)).not.toThrow(/hush/);
  }); // prettier-ignore
});
