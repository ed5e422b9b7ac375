/**
 * Several nodes on one PostgreSQL: started together on an empty database, killed with -9 one after the other under load,
 * and restarted in turn. Nothing is lost and nothing is doubled, say simulator, shops and database.
 *
 * For longer by hand: NODES_SECONDS=240 npx vitest run test/crash/nodes.test.ts
 */
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Role } from '../../src/compose.js';
import { pause } from '../flows/heart.js';
import { startFleet, type Fleet } from './fleet.js';
import { expectNothingLost, settled } from './fleet-witness.js';
import { openShop, type Shop } from './shops.js';

const LOAD_MS = Number(process.env['NODES_SECONDS'] ?? 12) * 1_000;
const SHOPS = Number(process.env['NODES_SHOPS'] ?? 3);
/** Between two deaths, the return of the former one included. */
const KILL_EVERY_MS = 2_500;
const LIMIT_MS = LOAD_MS + 240_000;

let fleet: Fleet | undefined;
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
});

/** Shops trade while `disturb` does its work again and again, and for as long as their last orders need. */
async function trade(nodes: Fleet, disturb: (round: number) => Promise<void>): Promise<Shop[]> {
  const shops = await Promise.all(Array.from({ length: SHOPS }, (_, n) => openShop(nodes, `tenant-${n + 1}`)));
  const end = systemClock.now() + LOAD_MS;
  let rounds = 0;
  const isOver = (): boolean => systemClock.now() >= end && rounds >= nodes.nodes.length;
  const trading = Promise.all(shops.map((shop) => shop.trade(isOver)));
  for (; !isOver(); rounds += 1) await disturb(rounds);
  // A message whose delivery was lost is hidden for half a minute, and nobody dies any more.
  const hurry = setInterval(() => void bringForward(nodes), 1_000);
  await trading.finally(() => clearInterval(hurry));
  await settled(nodes);
  for (const shop of shops) await shop.close();
  return shops;
}

async function bringForward({ db }: Fleet): Promise<void> {
  await sql`update outbox set visible_at = now()
    where state = 'queued' and visible_at > now() + interval '2 seconds'`.execute(db);
}

function report(what: string, counts: Record<string, number>): void {
  const line = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  if (process.env['NODES_SECONDS'] !== undefined) console.info(`${what}: ${line.join(', ')}`);
}

describe('three nodes, one of them killed with -9 every few seconds', () => {
  it.each([
    ['three that do everything', ['all', 'all', 'all']],
    ['one that answers and two that work', ['api', 'worker', 'worker']],
  ] satisfies [string, Role[]][])('%s: nothing lost, nothing doubled', { timeout: LIMIT_MS }, async (what, roles) => {
    const nodes = (fleet = await startFleet(roles));
    let kills = 0;
    const shops = await trade(nodes, async (round) => {
      const pausing = pause(KILL_EVERY_MS);
      const victim = nodes.nodes[round % nodes.nodes.length];
      await victim?.kill();
      kills += 1;
      await victim?.start();
      await pausing;
    });
    const counts = await expectNothingLost(nodes, shops);
    expect(counts['orders']).toBeGreaterThan(SHOPS);
    report(what, { kills, ...counts });
  });
});

describe('three nodes, restarted one after the other', () => {
  it(
    'nobody is refused but at the door of the one that is away, and nothing is lost',
    { timeout: LIMIT_MS },
    async () => {
      const nodes = (fleet = await startFleet(['all', 'all', 'all']));
      const codes: number[] = [];
      const shops = await trade(nodes, async (round) => {
        const node = nodes.nodes[round % nodes.nodes.length];
        codes.push((await node?.terminate()) ?? -1);
        await node?.start();
      });
      expect(codes.length).toBeGreaterThan(2);
      expect(codes.filter((code) => code !== 0)).toEqual([]);
      const failures = [...nodes.cut.map((code) => `${code} at the door`), ...shops.flatMap((shop) => shop.failures)];
      expect(failures.filter((failure) => !failure.startsWith('refused'))).toEqual([]);
      report('restarted in turn', { restarts: codes.length, ...(await expectNothingLost(nodes, shops)) });
    },
  );
});

describe('three nodes that start at once on an empty database', () => {
  it('migrate it once, and agree on keys and secrets', { timeout: LIMIT_MS }, async () => {
    const nodes = (fleet = await startFleet(['all', 'all', 'all']));
    const { rows: migrations } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      nodes.db,
    );
    expect(migrations.length).toBeGreaterThan(10);
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
    const keys = nodes.nodes.map(async ({ url }) => (await fetch(`${url}/.well-known/jwks.json`)).text());
    expect(new Set(await Promise.all(keys)).size).toBe(1);
    // A token of the one is taken by the others.
    const shop = await openShop(nodes, 'tenant-1');
    await shop.close();
    expect(shop.failures).toEqual([]);
  });
});
