/** Bytes that are no request, and requests that stop in the middle: a clear answer, and no alarm. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getEndpoint } from '../../src/contract/endpoints.js';
import { refuse } from '../../src/http/mount.js';
import { testApp, type TestApp } from '../support/app.js';
import { listError } from './doors.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

/** What comes back for these bytes until the connection is closed. */
async function answerTo(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (part) => (answer += String(part)));
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

it.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a length that is none', 'POST /private/configure HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
  ['too many headers', `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
])('%s is answered in the list shape, and the connection is closed', async (_name, bytes, status) => {
  const answer = await answerTo(bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z]`));
  expect(head).toContain('Content-Type: application/json');
  expect(JSON.parse(body)).toEqual(listError(status, 'The request could not be understood.'));
});

it.each([
  ['a caller that hangs up in the middle of its body raises no alarm', { destroyed: true, complete: false }, []],
  ['what goes wrong with a whole body does', { destroyed: true, complete: true }, ['request failed']],
])('%s', (_name, raw, alarms) => {
  const [told, statuses, raised] = [[] as string[], [] as number[], [] as string[]];
  const log = Object.assign((event: string) => void told.push(event), {
    warn: (event: string) => void told.push(event),
    error: (event: string) => void raised.push(event),
  });
  const reply = {
    code: (status: number) => (statuses.push(status), reply),
    headers: () => reply,
    send: () => reply,
  } as unknown as FastifyReply;
  const request = { raw, headers: {} } as unknown as FastifyRequest;
  const error = Object.assign(new Error('aborted'), { code: 'ECONNRESET' }) as unknown as FastifyError;
  refuse({ error, request, reply, endpoint: getEndpoint('initialize-payment'), log });
  expect(raised).toEqual(alarms);
  expect([told, statuses]).toEqual(alarms.length === 0 ? [['request refused'], [400]] : [[], [500]]);
});
