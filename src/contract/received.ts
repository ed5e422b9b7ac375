/** A message of a shop, from wherever it came, as a command. */
import type { Command } from '../domain/command.js';
import { readEnvelope, type Envelope } from './envelope.js';
import type { Normalized } from './normalize.js';
import { isStorable, UNSTORABLE } from './storable.js';
import { toCommand } from './translate.js';

/** Reads attributes and body as a command. Returns one line when they are none; it repeats nothing secret. */
export function readCommand(
  attributes: Readonly<Record<string, unknown>>,
  body: string | Uint8Array | undefined,
): Normalized<{ envelope: Envelope; command: Command }> {
  const envelope = readEnvelope(attributes, body);
  if (envelope.error !== undefined) return envelope;
  if (!isStorable(envelope.value)) return { error: UNSTORABLE };
  const command = toCommand(envelope.value);
  if (command.error !== undefined) return command;
  return { value: { envelope: envelope.value, command: command.value } };
}
