/** Stopping: answers what is under way and keeps nobody waiting for connections that only might be used again. */
import { connect } from 'node:net';
import { expect, it } from 'vitest';
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
