/** The listeners of an element: added, taken away, called. */
import { IntegrationError } from '../shared/errors.js';

export type Listener = (event: Record<string, unknown>) => unknown;

export interface Listeners {
  add(event: string, listener: Listener, once: boolean): void;
  remove(event: string, listener?: Listener): void;
  has(event: string): boolean;
  /** Calls them; what they return is awaited by nobody here. An exception is the page's and goes to its console. */
  emit(event: string, content?: Record<string, unknown>): unknown[];
  clear(): void;
}

/** Listeners for these events of an element of this type; others throw IntegrationError. */
export function createListeners(elementType: string, events: readonly string[]): Listeners {
  let rows: { event: string; listener: Listener; once: boolean }[] = [];
  return {
    add: (event, listener, once) => {
      if (!events.includes(event)) throw new IntegrationError(`This element has no event "${String(event)}".`);
      if (typeof listener !== 'function') {
        throw new IntegrationError(`The listener for "${event}" must be a function.`);
      }
      rows.push({ event, listener, once });
    },
    remove: (event, listener) => {
      rows = rows.filter((row) => row.event !== event || (listener !== undefined && row.listener !== listener));
    },
    has: (event) => rows.some((row) => row.event === event),
    emit: (event, content = {}) => {
      const called = rows.filter((row) => row.event === event);
      rows = rows.filter((row) => !(row.once && row.event === event));
      return called.map(({ listener }) => listener({ elementType, ...content }));
    },
    clear: () => {
      rows = [];
    },
  };
}
