/** What became of the commands of an order, in the shop's eyes: messages answer them, or nothing does. */
import type { KnownCommand, OrderView } from './book.js';
import { answers } from './order-state.js';

export interface Result {
  known: KnownCommand;
  /** `refused`: the channel did not take it. `silent`: taken, and nothing was heard for a minute. */
  state: 'waiting' | 'done' | 'failed' | 'refused' | 'silent';
}

/** Every command with what became of it, newest first. */
export function resultsOf(view: OrderView): Result[] {
  return view.commands.toReversed().map((known) => ({ known, state: stateOf(view, known) }));
}

function stateOf({ messages, waiting }: OrderView, known: KnownCommand): Result['state'] {
  const { command, answer, place } = known;
  const told = messages.find((other) => other.place > place && answers(other.message, command));
  if (told !== undefined) return told.message.name.endsWith('Failed') ? 'failed' : 'done';
  if (waiting.includes(known)) return 'waiting';
  return answer !== undefined && answer.status >= 400 && answer.status < 500 ? 'refused' : 'silent';
}
