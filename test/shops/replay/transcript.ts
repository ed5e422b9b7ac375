/**
 * Transcripts of what shops send and what they are answered, byte for byte. A `.http` file is a list of conversations:
 *
 *     === What is so, as a sentence
 *     @settings {"headless":true}            further settings of the tenant, which is a new one in each conversation
 *     @unconfigured                          the tenant has not configured anything
 *     @psp {"type":"payment", …}             the PSP tells something
 *     @signed {…}                            «signature» is the sandbox PSP’s over these bytes
 *     @told PaymentCaptured                  everything is taken from payment-events until this has come
 *     @merchant MER000001                    the tenant has such a merchant, who can receive money
 *     @stripe name /v1/… a=b&c=d             something is made at the simulated Stripe; «name» is its id
 *     @patiently                             the next request is repeated until it is not answered `[]`
 *     @chunked 7                             the next body goes out in chunks of so many bytes
 *     >>>                                    a request follows: its head, an empty line, its body
 *     <<<                                    its answer follows: status, headers that are special to it, body
 *
 * `«name»` stands for what differs from run to run: in a request its value, in an answer one that is learned where the name
 * stands first and has to be the same from then on. Everything else is compared as bytes.
 */
import { readFileSync } from 'node:fs';

export interface Exchange {
  request: string;
  answer: string;
  /** What stands before it: `@word rest`. */
  directives: Directive[];
}

export interface Directive {
  word: string;
  rest: string;
}

export interface Conversation {
  title: string;
  exchanges: Exchange[];
  /** After the last exchange. */
  rest: Directive[];
}

/** Reads a transcript that lies beside this file. */
export function readTranscript(name: string): Conversation[] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return text.split(/^=== /m).slice(1).map(conversation);
}

function conversation(text: string): Conversation {
  const [title = '', ...lines] = text.split('\n');
  const exchanges: Exchange[] = [];
  let directives: Directive[] = [];
  let part: 'between' | 'request' | 'answer' = 'between';
  for (const line of lines) {
    const last = exchanges.at(-1);
    const directive = /^@(\w[\w-]*) ?(.*)$/.exec(line);
    if (line === '>>>') {
      exchanges.push({ request: '', answer: '', directives });
      directives = [];
      part = 'request';
    } else if (line === '<<<') part = 'answer';
    else if (directive !== null && part !== 'request') {
      directives.push({ word: directive[1] ?? '', rest: directive[2] ?? '' });
      part = 'between';
    } else if (last !== undefined && part !== 'between') last[part] += `${line}\n`;
  }
  return { title, exchanges, rest: directives };
}

/** Head and body of a block; the blank line at the end of a block is the page's, not the message's. */
export function partsOf(block: string): { head: string[]; body: string } {
  const text = block.replace(/\n+$/, '');
  const gap = text.indexOf('\n\n');
  const head = (gap < 0 ? text : text.slice(0, gap)).split('\n');
  return { head, body: gap < 0 ? '' : text.slice(gap + 2) };
}

export type Values = Map<string, string>;

/** The text with the values of its names. Throws for a name nobody knows. */
export function filled(text: string, values: Values): string {
  return text.replace(/«([\w-]+)»/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`«${name}» is not known here`);
    return value;
  });
}

/** Names that stand for a form, each time another value of it. */
const FORMS: Readonly<Record<string, string>> = {
  uuid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  /** Of a message: UTC with microseconds and no zone. */
  stamp: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}',
  /** Of a line of details. */
  time: '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d',
};

/**
 * Compares a text with what was expected and learns new values. Returns undefined, or the expectation with everything known
 * filled in, for a readable difference.
 */
export function compared(expected: string, seen: string, values: Values): string | undefined {
  const names: string[] = [];
  const pattern = expected
    .split(/(«[\w-]+»)/)
    .map((piece) => {
      const name = /^«([\w-]+)»$/.exec(piece)?.[1];
      if (name === undefined) return escaped(piece);
      if (FORMS[name] !== undefined) return FORMS[name];
      const known = values.get(name);
      if (known !== undefined) return escaped(known);
      if (names.includes(name)) return `\\k<${name}>`;
      names.push(name);
      return `(?<${name}>[^"\\\\&?/ ]+)`;
    })
    .join('');
  const match = new RegExp(`^${pattern}$`).exec(seen);
  if (match === null) return expected.replace(/«([\w-]+)»/g, (whole, name: string) => values.get(name) ?? whole);
  for (const name of names) values.set(name, match.groups?.[name] ?? '');
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
