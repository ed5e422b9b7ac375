/**
 * How a node leaves without cutting anybody off: for a moment it goes on answering, and tells every caller to come back by
 * another connection; then nobody is let in any more, and who is inside gets an answer.
 */
import type { FastifyInstance } from 'fastify';

/** How often connections without a request are closed while the server stops. */
const IDLE_CLOSE_MS = 100;

/** Turns of the event loop: each lets one connection in, and takes no time when nobody waits. */
const LET_IN_TURNS = 200;

/** Adds the hook. The function that comes back ends the server: `ms` is how long whoever comes is still let in. */
export function prepareLeaving(server: FastifyInstance): (ms: number) => Promise<void> {
  let isLeaving = false;
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isLeaving) reply.header('connection', 'close');
    done();
  });
  server.addHook('preClose', letIn);
  return async (ms) => {
    isLeaving = true;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    // A connection whose answer was under way stays open afterwards for as long as it may be used again.
    const idle = setInterval(() => server.server.closeIdleConnections(), IDLE_CLOSE_MS);
    await server.close().finally(() => clearInterval(idle));
  };
}

/** Who still waits in the machine's queue of new connections when it is closed would be reset, so it is emptied first. */
async function letIn(): Promise<void> {
  for (let turn = 0; turn < LET_IN_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
