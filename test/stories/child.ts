/** A run of the app as a program of its own: it does what it is told over IPC, and its death is a SIGKILL. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/clock.js';
import { openDatabase } from '../../src/storage/database.js';
import type { Asked, Said, StartOrder, Work } from './killable.js';
import { startProgram } from './program.js';

const POOL_SIZE = 4;
/** Milliseconds in which what is on its way leaves. */
const LEAVING_MS = 2;

const order = JSON.parse(process.argv[2] ?? '') as StartOrder;
let { offset } = order;
const say = (said: Said): void => void process.send?.(said);
const kill = (): void => void process.kill(process.pid, 'SIGKILL');

const program = await startProgram({
  ...order,
  db: openDatabase(order.databaseUrl, () => undefined, POOL_SIZE),
  clock: { now: () => systemClock.now() + offset },
  hears: (event, fields) => say({ what: 'heard', event, fields: plain(fields) }),
  dies: (isOnTheWay) => (isOnTheWay ? void setTimeout(kill, LEAVING_MS) : kill()),
  asks: (inFlight) => say({ what: 'asking', inFlight }),
});
const door = createServer((request, response) => program.route?.(request, response));
door.listen(0, '127.0.0.1', () => say({ what: 'ready', port: (door.address() as AddressInfo).port }));

process.on('message', (asked: Asked) => {
  offset = asked.offset;
  if (asked.do === 'passed') return program.passed(asked.ms);
  if (asked.do === 'dieAfter') return program.dieAfter(asked.n, asked.onTheWay);
  workOf(asked).then(
    (result) => say({ what: 'done', id: asked.id, result }),
    (error: unknown) =>
      say({ what: 'done', id: asked.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', kill);

function workOf(asked: Work): Promise<unknown> {
  switch (asked.do) {
    case 'configure':
      return program.configure(asked.tenantId, asked.settings);
    case 'initialize':
      return program.initialize(asked.tenantId, asked.order);
    case 'command':
      return program.command(asked.sent);
    case 'onboard':
      return program.onboard(asked.tenantId, asked.merchantReference);
    case 'transfer':
      return program.transfer(asked.tenantId, asked.wish);
  }
}

function plain(fields: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : String(value)]),
  );
}
