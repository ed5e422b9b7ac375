/** Stopping: answers what is under way and keeps nobody waiting for connections that only might be used again. */
import { connect } from 'node:net';
import { expect, it, vi } from 'vitest';
import { pause } from '../flows/heart.js';
import { testApp } from '../support/app.js';

it('ends soon after the answer of a request that was under way, though its connection is kept alive', async () => {
  const app = await testApp();
  const socket = connect(app.config.port, '127.0.0.1');
  const answers: string[] = [];
  socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('utf8')));
  const head = ['POST /webhooks/test HTTP/1.1', 'host: here', 'content-type: application/json', 'content-length: 2'];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await pause(300);
  const closed = app.close().then(() => 'closed');
  await pause(300);
  socket.write('{}');
  expect(await Promise.race([closed, pause(30_000).then(() => 'still open')])).toBe('closed');
  expect(answers.join('')).toContain('HTTP/1.1 400');
});

it('answers for a moment whoever comes, on connections kept from before as well, and ends these', async () => {
  const app = await testApp();
  const socket = connect(app.config.port, '127.0.0.1');
  const heard: string[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk.toString('utf8')));
  const ask = async (path: string): Promise<string> => {
    heard.length = 0;
    socket.write(`GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`);
    await vi.waitFor(() => expect(heard.join('')).toContain('\r\n\r\n'), { timeout: 10_000 });
    return heard.join('').toLowerCase();
  };
  expect(await ask('/health/ready')).not.toContain('connection: close');
  const left = app.stop(1_500);
  const other = await fetch(`${app.url}/health/ready`);
  expect([other.status, other.headers.get('connection')]).toEqual([503, 'close']);
  const answer = await ask('/openapi.json');
  expect(answer).toContain('http/1.1 200');
  expect(answer).toContain('connection: close');
  await left;
  await expect(fetch(`${app.url}/health/live`)).rejects.toThrow();
  await app.close();
});
