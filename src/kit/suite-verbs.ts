/** Contract tests of the verbs: prepared alike every time, asked without harm twice, never throwing. */
import assert from 'node:assert/strict';
import { factKey, mergeFacts } from '../domain/fact.js';
import type { Fact } from '../domain/fact.js';
import type { Answer } from './connector.js';
import { assertAnswer, assertNoSecret, assertTaken, ready } from './suite-checks.js';
import type { Ready } from './suite-checks.js';
import type { SuiteOptions, SuiteVerb, TestTools } from './suite.js';

const VERBS: readonly SuiteVerb[] = ['initialize', 'capture', 'cancel', 'refund', 'confirm'];

/** Declares the tests of every verb. */
export function verbTests({ describe, it }: TestTools, options: SuiteOptions): void {
  for (const verb of VERBS) {
    if (verb === 'confirm' && options.connector.confirm === undefined) {
      it('confirm: there is none, the app compares the stored amount instead', () => undefined);
      continue;
    }
    describe(verb, () => {
      const test = (name: string, body: (asked: Ready) => Promise<void>) =>
        it(`${verb}: ${name}`, async () => {
          await options.reset?.();
          await body(await ready(options, verb));
        });
      test('prepare is pure, repeatable, JSON-safe and without secrets', (asked) => preparesAlike(options, asked));
      test('a success is answered with well-formed facts', (asked) => succeeds(options, verb, asked));
      test('asked twice with one key, it has one effect', (asked) => repeats(options, verb, asked));
      refusal(it, options, verb, test);
      silence(it, options, verb, test);
      lostAnswer(it, options, verb, test);
      if (verb === 'confirm') mismatches(it, options);
    });
  }
}

/** What the customer pays must be what the order says, whatever a browser has told the shop. */
function mismatches(it: TestTools['it'], options: SuiteOptions): void {
  for (const changes of [{ grandTotal: (options.amount ?? 12_000) + 1 }, { currency: 'CHF' }]) {
    it(`confirm: an order with another ${Object.keys(changes).join()} is refused for good`, async () => {
      await options.reset?.();
      const asked = await ready(options, 'confirm', changes);
      const answer = await asked.ask(asked.asking(options.context()), options.context());
      assertAnswer(options, answer);
      assert.equal(answer.answer, 'rejected');
      assert.ok(!['ambiguous', 'busy'].includes(answer.problem?.class ?? ''), 'the refusal is definite');
    });
  }
}

type Declare = (name: string, body: (asked: Ready) => Promise<void>) => unknown;

async function preparesAlike(options: SuiteOptions, asked: Ready): Promise<void> {
  const before = JSON.stringify(asked.payment);
  const first = asked.prepare(options.context());
  const nextYear = options.context().clock.now() + 365 * 86_400_000;
  const second = asked.prepare(options.context({ clock: { now: () => nextYear } }));
  assert.deepEqual(second, first, 'the same request gives the same parameters, whatever the time');
  assert.deepEqual(JSON.parse(JSON.stringify(first)), first, 'parameters survive JSON');
  assert.equal(JSON.stringify(asked.payment), before, 'prepare changes nothing it is given');
  assertNoSecret(options, first);
}

async function succeeds(options: SuiteOptions, verb: SuiteVerb, asked: Ready): Promise<void> {
  const answer = await asked.ask(asked.asking(options.context()), options.context());
  assertAnswer(options, answer);
  assertTaken(answer);
  const { amount } = asked.payment;
  if (verb === 'initialize') {
    assert.ok(answer.references.some(({ kind }) => kind === 'payment'), 'initialize tells the id of the payment'); // prettier-ignore
    return;
  }
  if (verb === 'refund') assert.ok(answer.refundId, 'refund tells the id of the refund');
  if (answer.answer !== 'completed' || verb === 'confirm') return;
  const kinds: Record<string, Fact['kind']> = { capture: 'captured', cancel: 'canceled', refund: 'refund' };
  const fact = answer.facts.find(({ kind }) => kind === kinds[verb]);
  assert.ok(fact, `a completed ${verb} tells the fact ${kinds[verb]}`);
  if (fact.kind === 'captured') assert.equal(fact.amount, amount);
  if (fact.kind === 'refund') assert.deepEqual([fact.amount, fact.refundId], [amount, answer.refundId]);
}

async function repeats(options: SuiteOptions, verb: SuiteVerb, asked: Ready): Promise<void> {
  const before = await options.effects?.();
  const asking = asked.asking(options.context());
  const first = await asked.ask(asking, options.context());
  const second = await asked.ask(structuredClone(asking), options.context());
  assertTaken(first);
  assertSame(first, second);
  await assertEffects(options, verb, before, 1);
}

function refusal(it: TestTools['it'], options: SuiteOptions, verb: SuiteVerb, test: Declare): void {
  if (options.decline === undefined) return gap(it, verb, 'a refusal');
  test('a refusal is rejected with a problem and has no effect', async (asked) => {
    const before = await options.effects?.();
    await options.decline?.(verb);
    const answer = await asked.ask(asked.asking(options.context()), options.context());
    assertAnswer(options, answer);
    assert.equal(answer.answer, 'rejected');
    assert.ok(!['ambiguous', 'busy'].includes(answer.problem?.class ?? ''), 'a refusal is definite');
    await assertEffects(options, verb, before, 0);
  });
}

function silence(it: TestTools['it'], options: SuiteOptions, verb: SuiteVerb, test: Declare): void {
  if (options.dropRequests === undefined) return gap(it, verb, 'a lost request');
  test('a request that never arrives is unknown, does not throw, and is absent when read back', async (asked) => {
    const before = await options.effects?.();
    await options.dropRequests?.(1, verb);
    const asking = asked.asking(options.context());
    const answer = await asked.ask(asking, options.context());
    assertAnswer(options, answer);
    assert.equal(answer.answer, 'unknown');
    await options.dropRequests?.(0, verb);
    const told = await readBack(options, verb, asked, asking);
    if (told !== undefined) assert.equal(told.absent, true, 'the PSP knows nothing of it');
    await assertEffects(options, verb, before, 0);
  });
}

function lostAnswer(it: TestTools['it'], options: SuiteOptions, verb: SuiteVerb, test: Declare): void {
  if (options.loseAnswers === undefined) return gap(it, verb, 'a lost answer');
  test('a lost answer is unknown; reading back or asking again brings it, with one effect', async (asked) => {
    const before = await options.effects?.();
    await options.loseAnswers?.(1, verb);
    const asking = asked.asking(options.context());
    const lost = await asked.ask(asking, options.context());
    assertAnswer(options, lost);
    assert.equal(lost.answer, 'unknown');
    await options.loseAnswers?.(0, verb);
    const told = await readBack(options, verb, asked, asking);
    const again = await asked.ask(asking, options.context());
    assertAnswer(options, again);
    assertTaken(again);
    if (told !== undefined && told.absent !== true) {
      assertTaken(told);
      assert.deepEqual(joined(told.facts, again.facts), joined(again.facts, told.facts));
    }
    // The id of a payment that never came to us cannot be looked up, so only later verbs must be found.
    if (verb !== 'initialize') assert.notEqual(told?.absent, true, 'it happened, so it is not absent');
    await assertEffects(options, verb, before, 1);
  });
}

async function readBack(
  options: SuiteOptions,
  kind: SuiteVerb,
  asked: Ready,
  asking: { operationId: string; parameters: ReturnType<Ready['prepare']>; askedAt: string },
) {
  // Before a payment has an id there is nothing most PSPs could look up.
  if (options.connector.readBack === undefined || kind === 'initialize') return undefined;
  const { operationId: id, parameters, askedAt } = asking;
  const operation = { id, kind, parameters, askedAt };
  const told = await options.connector.readBack({ payment: asked.payment, operation }, options.context());
  for (const fact of told.facts) assert.ok(factKey(fact).length > 0);
  assertNoSecret(options, told);
  return told;
}

function assertSame(first: Answer, second: Answer): void {
  assert.equal(second.answer, first.answer, 'the same key brings the same answer');
  assert.equal(second.refundId, first.refundId, 'the same key brings the same refund');
  assert.deepEqual(second.references, first.references, 'the same key brings the same ids');
  assert.deepEqual(joined(first.facts, second.facts), joined(first.facts, []), 'the same key adds no fact');
}

function joined(known: Fact[], told: Fact[]): Fact[] {
  return mergeFacts(known, told).sort((a, b) => (factKey(a) < factKey(b) ? -1 : 1));
}

async function assertEffects(options: SuiteOptions, verb: SuiteVerb, before: number | undefined, by: number) {
  if (before === undefined || verb === 'initialize' || verb === 'confirm') return;
  assert.equal(await options.effects?.(), before + by, `the PSP has carried out ${by} ${verb}`);
}

/** Says in the list of tests what this PSP cannot be made to do. */
function gap(it: TestTools['it'], verb: SuiteVerb, what: string): void {
  it(`${verb}: ${what} is not tested, because this PSP cannot be made to show it`, () => undefined);
}
