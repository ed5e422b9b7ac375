/**
 * What operators watch, in the text format of Prometheus: requests, askings of PSPs, and how much waits and for how long.
 * No series names a tenant, an order or a person.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Backlog } from '../storage/backlog.js';
import type { PspCall } from './measured.js';

export interface Metrics {
  request(told: { endpoint: string; status: number; seconds: number }): void;
  pspCall(call: PspCall): void;
  /** Reads the backlog and writes everything. Throws when the database does not answer. */
  text(): Promise<string>;
  contentType: string;
}

/** From a fast page to a slow PSP. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Makes the metrics of one process. */
export function createMetrics(readBacklog: () => Promise<Backlog>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'quittance_request_seconds',
    help: 'Requests by endpoint and status.',
    labelNames: ['endpoint', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const calls = new Histogram({
    name: 'quittance_psp_call_seconds',
    help: 'Askings of PSPs by connector, verb and answer; unknown means that nobody knows what became of it.',
    labelNames: ['connector', 'verb', 'answer'],
    buckets: BUCKETS,
    registers,
  });
  const unanswered = new Counter({
    name: 'quittance_psp_unanswered_total',
    help: 'Askings that ended without an answer.',
    labelNames: ['connector', 'verb'],
    registers,
  });
  const show = backlogGauges(registers);
  return {
    request: ({ endpoint, status, seconds }) => requests.observe({ endpoint, status }, seconds),
    pspCall: ({ connector, verb, answer, seconds }) => {
      calls.observe({ connector, verb, answer }, seconds);
      if (answer === 'unknown' || answer === 'thrown') unanswered.inc({ connector, verb });
    },
    text: async () => {
      show(await readBacklog());
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** The same for every node of a deployment: read one of them, or take the maximum. */
function backlogGauges(registers: Registry[]): (backlog: Backlog) => void {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `quittance_${name}`, help, labelNames, registers });
  const inbox = gauge('inbox_rows', 'Webhooks and commands by state.', 'state');
  const inboxAge = gauge('inbox_age_seconds', 'Age of the oldest of them.', 'state');
  const outbox = gauge('outbox_messages', 'Messages that no shop has acknowledged.');
  const outboxAge = gauge('outbox_age_seconds', 'Age of the oldest of them.');
  const operations = gauge('operations_unanswered', 'Operations that were asked and not answered, by kind.', 'kind');
  const operationsAge = gauge('operations_unanswered_age_seconds', 'Age of the oldest of them.', 'kind');
  const payments = gauge('payments', 'Payments whose status is not final.', 'status');
  const dead = gauge('dead_letters', 'What waits for a person.');
  return (backlog) => {
    // What is gone since the last time has no row any more.
    for (const labelled of [inbox, inboxAge, operations, operationsAge, payments]) labelled.reset();
    for (const { state, count, oldest } of backlog.inbox) {
      inbox.set({ state }, count);
      inboxAge.set({ state }, oldest);
    }
    outbox.set(backlog.outbox.count);
    outboxAge.set(backlog.outbox.oldest);
    for (const { kind, count, oldest } of backlog.operations) {
      operations.set({ kind }, count);
      operationsAge.set({ kind }, oldest);
    }
    for (const { status, count } of backlog.payments) payments.set({ status }, count);
    dead.set(backlog.deadLetters);
  };
}
