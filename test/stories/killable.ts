/** A run of the app in a program of its own, which really is killed: no line of it runs after its death. */
import { spawn, type ChildProcess } from 'node:child_process';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { systemClock } from '../../src/clock.js';
import type { Order } from '../../src/domain/order.js';
import type { TransferTold, TransferWish } from '../../src/flows/transfer.js';
import type { Place, Program, SentCommand } from './program.js';

/** What the child is started with. `offset`: milliseconds by which the story's time is ahead. */
export type StartOrder = Pick<Place, 'appId' | 'publicUrl' | 'stripeUrl' | 'retries'> & {
  databaseUrl: string;
  offset: number;
};

export type Work =
  | { do: 'configure'; tenantId: string; settings: Record<string, unknown> }
  | { do: 'initialize'; tenantId: string; order: Order }
  | { do: 'command'; sent: SentCommand }
  | { do: 'onboard'; tenantId: string; merchantReference: string }
  | { do: 'transfer'; tenantId: string; wish: TransferWish };
export type Asked = { offset: number } & (
  (Work & { id: number }) | { do: 'passed'; ms: number } | { do: 'dieAfter'; n: number; onTheWay: boolean }
);
export type Said =
  | { what: 'ready'; port: number }
  | { what: 'heard'; event: string; fields: Record<string, string> }
  | { what: 'asking'; inFlight: number }
  | { what: 'done'; id: number; error?: string; result?: unknown };

/** Starts it and waits until it answers. */
export async function startKillable(
  place: Place,
  { databaseUrl, child: file }: { databaseUrl: string; child: string },
): Promise<Program> {
  const offset = (): number => place.clock.now() - systemClock.now();
  const { appId, publicUrl, stripeUrl, retries } = place;
  const order: StartOrder = { appId, publicUrl, stripeUrl, retries, databaseUrl, offset: offset() };
  const child = spawn(process.execPath, [file, JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const state = { port: 0, inFlight: 0, isDead: false, count: 0, heard: 0 };
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const gone = new Promise<void>((resolve) =>
    child.once('exit', () => {
      state.isDead = true;
      for (const { reject } of waiting.values()) reject(new Error('the app was killed'));
      resolve();
    }),
  );
  const ready = new Promise<void>((resolve) => {
    child.on('message', (said: Said) => {
      state.heard += 1;
      if (said.what === 'heard') place.hears(said.event, said.fields);
      if (said.what === 'asking') state.inFlight = said.inFlight;
      if (said.what === 'done') {
        const { resolve: done, reject } = waiting.get(said.id) ?? {};
        waiting.delete(said.id);
        if (said.error === undefined) done?.(said.result);
        else reject?.(new Error(said.error));
      }
      if (said.what === 'ready') {
        state.port = said.port;
        resolve();
      }
    });
  });
  await Promise.race([ready, gone.then(() => Promise.reject(new Error('the app did not start')))]);
  const tell = (asked: Asked): void => {
    if (!state.isDead && child.connected) child.send(asked, () => undefined);
  };
  const work = (wanted: Work): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (state.isDead) return reject(new Error('the app is dead'));
      const id = (state.count += 1);
      waiting.set(id, { resolve, reject });
      tell({ ...wanted, id, offset: offset() });
    });
  return {
    configure: async (tenantId, settings) => void (await work({ do: 'configure', tenantId, settings })),
    initialize: async (tenantId, wanted) => void (await work({ do: 'initialize', tenantId, order: wanted })),
    command: async (sent) => void (await work({ do: 'command', sent })),
    onboard: async (tenantId, merchantReference) => void (await work({ do: 'onboard', tenantId, merchantReference })),
    transfer: async (tenantId, wish) => (await work({ do: 'transfer', tenantId, wish })) as TransferTold[],
    get route() {
      return state.isDead ? undefined : (from: IncomingMessage, to: ServerResponse) => passOn(state.port, from, to);
    },
    inFlight: () => (state.isDead ? 0 : state.inFlight + waiting.size),
    // What was sent ends with the process: nothing of it asks again.
    onTheWire: () => 0,
    pulse: () => state.heard,
    passed: (ms) => tell({ do: 'passed', ms, offset: offset() }),
    dieAfter: (n, onTheWay) => tell({ do: 'dieAfter', n, onTheWay, offset: offset() }),
    die: () => kill(child),
    get isDead() {
      return state.isDead;
    },
    end: () => {
      kill(child);
      return gone;
    },
  };
}

function kill(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

/** Whoever calls learns of the death by a cut connection. */
function passOn(port: number, from: IncomingMessage, to: ServerResponse): void {
  const { method, url: path, headers } = from;
  const cut = (): void => void from.socket.destroy();
  const onward = ask({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', cut).pipe(to);
  });
  onward.on('error', cut);
  from.pipe(onward);
}
