/** An event platform over HTTP: a durable one of its own, killed and started again on its own file. */
import { expect, it } from 'vitest';
import { openBroker } from '../../src/brokers/index.js';
import { MessageRefused } from '../../src/kit/broker.js';
import { startPlatform } from './event-platform-server.js';
import { brokerSuite } from './suite.js';

brokerSuite('Event platform', startPlatform);

it('Event platform: what it finds wrong is refused for ever, what it has no place for only for now', async () => {
  const server = await startPlatform();
  const log = Object.assign(() => undefined, { warn: () => undefined });
  const broker = await openBroker({ url: server.url, prefix: 'mine', log });
  const attributes = { name: 'X', tenantIdentifier: 't1' };
  const one = (id: string, body: string, channel = 'payment-events', other = attributes) =>
    ({ id, tenantId: 't1', channel, orderKey: 'o', body, attributes: other }); // prettier-ignore
  const refusedFor = (message: ReturnType<typeof one>) =>
    broker.publish([message]).then(
      () => undefined,
      (error: unknown) => (error instanceof MessageRefused ? [error.messageId, error.forever] : error),
    );
  try {
    expect(await refusedFor(one('a', '{}'))).toBeUndefined();
    expect(await refusedFor(one('b', '7'))).toEqual(['b', true]);
    expect(await refusedFor(one('c', JSON.stringify({ x: 'x'.repeat(300_000) })))).toEqual(['c', true]);
    expect(await refusedFor(one('d', '{}', 'payment-commands'))).toEqual(['d', false]);
    expect(await refusedFor(one('e', '{}', 'payment-events', { ...attributes, name: 'X\nY' }))).toEqual(['e', true]);
  } finally {
    await broker.close();
    await server.end();
  }
});
