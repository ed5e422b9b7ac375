/**
 * One TCP connection to the app, written to byte by byte: no client library improves what a shop sends, and none hides
 * what the app answers. The connection is kept alive between requests, as the HTTP clients of shops do.
 */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** `HTTP/1.1 200 OK`. */
  statusLine: string;
  status: number;
  /** As they came, in order. */
  headers: [string, string][];
  body: Buffer;
}

export interface Wire {
  /** Writes a request and reads its answer. `expectsContinue`: the body waits for `100 Continue`. */
  send(head: Buffer, body: Buffer, options?: { expectsContinue?: boolean }): Promise<RawAnswer>;
  close(): void;
}

/** How long an answer may take. */
const PATIENCE_MS = 30_000;

/** Connects when it has something to send, and anew when the app has closed the connection. */
export function openWire(port: number): Wire {
  let socket: Socket | undefined;
  let received = Buffer.alloc(0);
  let wake: () => void = () => undefined;

  const connected = async (): Promise<Socket> => {
    if (socket !== undefined && !socket.destroyed && socket.writable) return socket;
    const fresh = connect({ host: '127.0.0.1', port });
    received = Buffer.alloc(0);
    fresh.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      wake();
    });
    for (const event of ['error', 'end', 'close'] as const)
      fresh.on(event, () => {
        fresh.destroy();
        wake();
      });
    await new Promise<void>((resolve, reject) => fresh.once('connect', resolve).once('error', reject));
    socket = fresh;
    return fresh;
  };

  /** Looks at what has come until it is enough. */
  const until = async <T>(look: () => T | undefined): Promise<T> => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      wake();
    }, PATIENCE_MS);
    try {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        if (isLate || socket?.destroyed === true) throw new Error(`no whole answer: ${received.toString('latin1')}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  };

  const headRead = () => {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
    received = received.subarray(end + 4);
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return { statusLine, status: Number(statusLine.split(' ')[1]), headers };
  };

  const send: Wire['send'] = async (head, body, { expectsContinue = false } = {}) => {
    const at = await connected();
    at.write(head);
    if (expectsContinue) {
      const interim = await until(headRead);
      if (interim.status !== 100) throw new Error(`100 Continue was waited for, there came ${interim.statusLine}`);
    }
    at.write(body);
    const answer = await until(headRead);
    const value = (name: string) => answer.headers.find(([key]) => key.toLowerCase() === name)?.[1];
    const length = Number(value('content-length') ?? 0);
    if (value('transfer-encoding') !== undefined) throw new Error('an answer in chunks is not expected here');
    const bytes = await until(() => (received.length >= length ? received.subarray(0, length) : undefined));
    received = received.subarray(length);
    if (value('connection')?.toLowerCase() === 'close') at.destroy();
    return { ...answer, body: bytes };
  };

  return { send, close: () => socket?.destroy() };
}
