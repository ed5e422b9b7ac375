/** What Node itself refuses, because it is no HTTP, has too many headers or takes too long: answered like all else. */
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { AppError } from '../domain/errors.js';
import { problem } from './problem.js';

/** Statuses of what is not simply wrong. */
const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** Answers once and closes the connection: nobody knows where the next request would begin. */
export function answerUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy();
  const { status, body } = problem(new AppError('request_refused', { status: STATUSES[code] ?? 400 }), {
    shape: 'list',
  });
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}
