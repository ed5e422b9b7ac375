/** Stands before a PSP and answers in its place when a test says so: for refusals a simulator cannot be made to speak. */
import { createServer, request as ask, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  path: RegExp;
  status: number;
  body: object;
  /** The PSP does it all the same, and only its answer is replaced. */
  executed: boolean;
}

export interface Answering {
  url: string;
  port: number;
  /** The next POST whose path matches is answered like this. */
  next(path: RegExp, status: number, error: object, options?: { executed?: boolean }): void;
  close(): Promise<void>;
}

/** Starts it; everything else goes through to `target` unchanged. */
export async function answering(target: string): Promise<Answering> {
  const waiting: Answer[] = [];
  const { hostname, port: targetPort } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const index = waiting.findIndex(({ path }) => incoming.method === 'POST' && path.test(incoming.url ?? ''));
    const [instead] = index < 0 ? [] : waiting.splice(index, 1);
    const tell = ({ status, body }: Answer): void => {
      outgoing.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_instead' });
      outgoing.end(JSON.stringify({ error: body }));
    };
    if (instead !== undefined && !instead.executed) {
      incoming.resume().on('end', () => tell(instead));
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = ask({ hostname, port: targetPort, method, path, headers }, (answer: IncomingMessage) => {
      if (instead !== undefined) {
        answer.resume().on('end', () => tell(instead));
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    // A connection the PSP cuts is cut here too.
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    next: (path, status, body, { executed = false } = {}) => void waiting.push({ path, status, body, executed }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
