/** A tenant with too much under way: its worker, which dies of any refusal, hears of nothing, and of everything later. */
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.js';
import { registerBodyParsers } from '../../src/http/body.js';
import { mountChannels } from '../../src/http/channels.js';
import { testApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

it('a poll finds nothing, an acknowledgement is taken and comes to nothing, a command is to be sent again', async () => {
  const shop = app.shop();
  await shop.configure();
  const full = Fastify();
  registerBodyParsers(full);
  const { tenantId } = shop;
  const access = { authenticate: () => Promise.resolve({ clientId: '', tenantId }) };
  const places = { inside: () => Promise.reject(new AppError('busy')) };
  mountChannels({ server: full, access, log: app.app.log, places }, app.app);
  const ask = (method: 'GET' | 'DELETE' | 'POST', url: string, payload?: string) =>
    full.inject({
      method,
      url,
      headers: { 'tenant-identifier': tenantId },
      ...(payload === undefined ? {} : { payload }),
    });
  const [waiting] = await shop.poll('app-events');
  const poll = await ask('GET', '/channels/app-events');
  expect([poll.statusCode, poll.json()]).toEqual([200, []]);
  const taken = await ask('DELETE', '/channels/app-events', JSON.stringify({ messageIds: [waiting?.id] }));
  expect([taken.statusCode, taken.body]).toEqual([204, '']);
  const sent = await ask('POST', '/channels/payment-commands', '{"orderReference":"DE--1"}');
  expect([sent.statusCode, sent.headers['retry-after']]).toEqual([503, '1']);
  await full.close();
});
