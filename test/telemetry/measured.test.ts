/** Measured connectors: the same record, except that what speaks to the PSP is counted. */
import { describe, expect, it } from 'vitest';
import { sandboxConnector } from '../../src/connectors/sandbox/index.js';
import type { Connector } from '../../src/kit/connector.js';
import { measured, type PspCall } from '../../src/telemetry/measured.js';

function watched(connector: Connector) {
  const calls: PspCall[] = [];
  let now = 1_000;
  const clock = { now: () => (now += 250) };
  return { calls, connector: measured(connector, clock, (call) => calls.push(call)) };
}

describe('a measured connector', () => {
  it('counts an asking by its dotted verb, its answer and its time', async () => {
    const { calls, connector } = watched({
      ...sandboxConnector,
      capture: {
        prepare: () => ({}),
        ask: async () => ({ answer: 'unknown', facts: [], references: [] }),
      },
      domains: {
        wanted: () => [],
        register: { prepare: () => ({}), ask: async () => ({ answer: 'completed' }) },
        inspect: async () => undefined,
      },
    });
    const nothing = {} as never;
    await connector.capture.ask(nothing, nothing);
    await connector.domains?.register.ask(nothing, nothing);
    await connector.domains?.inspect('x', nothing);
    expect(calls).toEqual([
      { connector: 'sandbox', verb: 'capture', answer: 'unknown', seconds: 0.25 },
      { connector: 'sandbox', verb: 'domains.register', answer: 'completed', seconds: 0.25 },
      { connector: 'sandbox', verb: 'domains.inspect', answer: 'told', seconds: 0.25 },
    ]);
  });

  it('lets what is thrown through, and counts it', async () => {
    const { calls, connector } = watched({
      ...sandboxConnector,
      validate: () => Promise.reject(new Error('no answer')),
    });
    await expect(connector.validate({}, {} as never)).rejects.toThrow('no answer');
    expect(calls.map(({ verb, answer }) => [verb, answer])).toEqual([['validate', 'thrown']]);
  });

  it('leaves everything else as it is', () => {
    const { connector } = watched(sandboxConnector);
    expect(connector.configuration).toBe(sandboxConnector.configuration);
    expect(connector.webhooks.verify).toBe(sandboxConnector.webhooks.verify);
    expect(connector.capture.prepare).toBe(sandboxConnector.capture.prepare);
    expect(Object.keys(connector)).toEqual(Object.keys(sandboxConnector));
  });
});
