/** Bytes that are no request, and requests that stop in the middle: a clear answer, and no alarm. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../flows/heart.js';
import { testApp, type TestApp } from '../support/app.js';
import { listError, shopHeaders } from './doors.js';

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

it('a caller that hangs up in the middle of its body raises no alarm', async () => {
  const shop = app.shop();
  const headers = Object.entries({ ...(await shopHeaders(app, shop.tenantId)), 'content-type': 'application/json' });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.write(
    `POST /private/initialize-payment HTTP/1.1\r\nHost: x\r\n${lines}Content-Length: 1000\r\n\r\n{"orderData":`,
  );
  socket.end();
  await eventually('a line about it', () =>
    Promise.resolve(app.logged.some((line) => line.includes('the caller hung up'))),
  );
  expect(app.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
