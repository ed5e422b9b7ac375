/** A tenant whose requests all hang: another one is answered meanwhile, and afterwards each of the first one is, too. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/database.js';
import { eventually } from '../flows/heart.js';
import { testApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ poolSize: 8 });
});
afterAll(() => app.close());

it('hanging requests of one tenant leave connections to the database for the others', async () => {
  const [noisy, quiet] = [app.shop(), app.shop()];
  for (const shop of [noisy, quiet]) await shop.configure();
  const channel = `${app.url}/channels/app-events`;
  const authorization = `Bearer ${await app.token('aop-event-platform', noisy.tenantId)}`;
  const headers = { 'consumer-id': noisy.tenantId, authorization };
  const [message] = (await (await fetch(channel, { headers })).json()) as { MessageId: string }[];
  const body = JSON.stringify({ messageIds: [message?.MessageId] });
  const outside = openDatabase(app.databaseUrl, () => undefined, 2);
  const flood: Promise<Response>[] = [];
  await outside.transaction().execute(async (tx) => {
    await sql`select id from outbox where tenant_id = ${noisy.tenantId} for update`.execute(tx);
    for (let n = 0; n < 20; n += 1) flood.push(fetch(channel, { method: 'DELETE', headers, body }));
    await eventually('a request that hangs', async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(tx);
      return rows.length > 0;
    });
    expect((await quiet.initialize()).status).toBe(200);
  });
  expect((await Promise.all(flood)).map(({ status }) => status)).toEqual(Array(20).fill(204));
  await outside.destroy();
});
