/**
 * Where things are at Amazon: the account in BROKER_URL, names of queues and topics, policies of queues. Pure, so that it
 * can be checked without an account.
 */
import { createHash } from 'node:crypto';

const NAME_CHARS = 80;
const ENDING = '.fifo';
const HASH_CHARS = 16;
const PLAIN = /^[A-Za-z0-9_-]+$/;
/** How a shortened name ends: a plain one that ends so is shortened too, so that none is read as another. */
const SHORTENED = new RegExp(`-[0-9a-f]{${HASH_CHARS}}$`);
/** Amazon groups by texts of these letters alone. */
const GROUP = /^[!-~]{1,128}$/;
const GOVERNMENTS: readonly [string, string][] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
];

/** What BROKER_URL says: `sqs://key:secret@region/account?endpoint=…`. */
export interface Account {
  region: string;
  /** Twelve digits. */
  account: string;
  /** Without them the SDK looks where it always does: environment, profile, role of the machine. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Of an emulator; both services answer there. */
  endpoint?: string;
}

/** Reads the URL that config.ts has checked. */
export function accountOf(url: string): Account {
  const { hostname, pathname, username, password, searchParams } = new URL(url);
  const endpoint = searchParams.get('endpoint');
  const [accessKeyId, secretAccessKey] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    region: hostname,
    account: pathname.slice(1),
    ...(accessKeyId === '' ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    ...(endpoint === null ? {} : { endpoint }),
  };
}

/**
 * The name of a queue and of its topic: `<app>_<channel>_<tenant>.fifo`. One that would be too long, or holds letters
 * that Amazon does not take, is shortened and ends with a hash of all parts.
 */
export function nameOfPlace(parts: readonly string[]): string {
  const name = parts.join('_');
  if (PLAIN.test(name) && !SHORTENED.test(name) && name.length + ENDING.length <= NAME_CHARS) return name + ENDING;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_CHARS);
  const room = NAME_CHARS - ENDING.length - HASH_CHARS - 1;
  return `${plain(name).slice(0, room)}-${hash}${ENDING}`;
}

/** What the topics of all tenants on a channel begin with. */
export function beginningOf(app: string, channel: string): string {
  return `${plain(`${app}_${channel}`)}_`;
}

function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '-');
}

/** The address of a queue or topic in policies. */
export function arnOf(service: 'sns' | 'sqs', { region, account }: Account, name: string): string {
  const partition = GOVERNMENTS.find(([beginning]) => region.startsWith(beginning))?.[1] ?? 'aws';
  return `arn:${partition}:${service}:${region}:${account}:${name}`;
}

/** The group whose messages stay in order: the key itself, or a hash of one that cannot be a group's name. */
export function groupOf(orderKey: string): string {
  return GROUP.test(orderKey) ? orderKey : createHash('sha256').update(orderKey).digest('hex');
}

/** The policy of a queue that a topic (or topics, with a `*`) may write to. */
export function policyFor(queueArn: string, topicArn: string): string {
  const statement = {
    Sid: 'Topic',
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnLike: { 'aws:SourceArn': topicArn } },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

interface Statement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const SENDERS = ['*', 'sns.amazonaws.com'];

/**
 * Does a policy that somebody else wrote let the topic in? What SNS may not deliver it drops, after it has confirmed it.
 * Conditions on anything but the source are taken as met.
 */
export function letsIn(policy: string | undefined, topicArn: string): boolean {
  const { Statement: given = [] } = JSON.parse(policy ?? '{}') as { Statement?: Statement | Statement[] };
  return [given].flat().some(({ Effect, Principal = {}, Action = [], Condition = {} }) => {
    const principals = typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat();
    const actions = [Action].flat().map((action) => action.toLowerCase());
    const conditions = Object.values(Condition).flatMap((test) => Object.entries(test));
    const sources = conditions.filter(([key]) => key.toLowerCase() === 'aws:sourcearn').flatMap(([, arns]) => arns);
    return (
      Effect === 'Allow' &&
      principals.some((principal) => SENDERS.includes(principal)) &&
      actions.some((action) => isLike('sqs:sendmessage', action)) &&
      (sources.length === 0 || sources.some((source) => isLike(topicArn, source)))
    );
  });
}

function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`).test(text);
}
