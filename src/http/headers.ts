/** Headers as their senders wrote them: shops send names of tenants and merchants as UTF-8, and repeat headers. */
import type { IncomingHttpHeaders } from 'node:http';

/** The first value of a header that may stand there several times; undefined when it is empty. */
export function firstOf({ headers }: { headers: IncomingHttpHeaders }, name: string): string | undefined {
  const value = headers[name];
  return firstPart(Array.isArray(value) ? value[0] : value);
}

/** The same of a text that was read from headers already. */
export function firstPart(text: string | undefined): string | undefined {
  const first = text?.split(',', 1)[0]?.trim();
  return first === undefined || first === '' ? undefined : utf8(first);
}

/** All of them, with their texts as they were meant. */
export function asWritten(headers: IncomingHttpHeaders): Record<string, string | string[] | undefined> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? utf8(value) : value?.map(utf8),
  ]);
  return Object.fromEntries(entries) as Record<string, string | string[] | undefined>;
}

/** Node takes each byte of a header for a character. Bytes that are no UTF-8 stay the characters they are. */
function utf8(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const read = Buffer.from(text, 'latin1').toString('utf8');
  return read.includes('\uFFFD') ? text : read;
}
