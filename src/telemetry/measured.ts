/** A connector whose askings are measured: every verb that speaks to the PSP tells how long it took and how it ended. */
import { SpanKind, trace } from '@opentelemetry/api';
import type { Clock } from '../domain/clock.js';
import type { Connector } from '../kit/connector.js';

export interface PspCall {
  connector: string;
  /** Dotted name of the verb, such as `capture` or `marketplace.transfer`. */
  verb: string;
  /** The answer's kind, `told` for verbs that answer with something else, `thrown`. */
  answer: string;
  seconds: number;
}

/** Functions of the record that speak to the PSP; all others are pure. */
const SPEAKING: ReadonlySet<string> = new Set([
  'ask', 'validate', 'readBack', 'customer', 'missedEvents', 'inspect', 'readAccount', 'readTransfer',
]); // prettier-ignore

/** What is done around every asking. */
export type Around = <T>(asking: () => Promise<T>) => Promise<T>;

type Told = (...given: unknown[]) => unknown;

/** The same record with every asking measured, and a span around it. Pure functions are the very same ones. */
export function measured(
  connector: Connector,
  clock: Clock,
  observe: (call: PspCall) => void,
  around: Around = (asking) => asking(),
): Connector {
  const watch = (verb: string, speak: Told): Told => {
    return (...given) =>
      trace.getTracer('quittance').startActiveSpan(`psp ${verb}`, { kind: SpanKind.CLIENT }, async (span) => {
        const begun = clock.now();
        let answer = 'thrown';
        try {
          const told = await around(async () => speak(...given));
          answer = kindOf(told);
          return told;
        } finally {
          observe({ connector: connector.name, verb, answer, seconds: Math.max(0, clock.now() - begun) / 1000 });
          span.setAttributes({ 'quittance.connector': connector.name, 'quittance.answer': answer }).end();
        }
      });
  };
  const walk = (part: object, path: string): object =>
    Object.fromEntries(
      Object.entries(part).map(([name, member]: [string, unknown]) => {
        const verb = name === 'ask' ? path : path === '' ? name : `${path}.${name}`;
        if (typeof member === 'function') return [name, SPEAKING.has(name) ? watch(verb, member as Told) : member];
        const isVerbs =
          typeof member === 'object' && member !== null && !Array.isArray(member) && name !== 'configuration';
        return [name, isVerbs ? walk(member, verb) : member];
      }),
    );
  return walk(connector, '') as Connector;
}

function kindOf(told: unknown): string {
  const answer = typeof told === 'object' && told !== null && 'answer' in told ? told.answer : undefined;
  return typeof answer === 'string' ? answer : 'told';
}
