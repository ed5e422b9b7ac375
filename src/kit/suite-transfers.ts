/** Contract tests of transfers and reversals: prepared alike, asked without harm twice, found again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isoTime } from '../domain/clock.js';
import type { Asking, Parameters } from './connector.js';
import type { MarketplaceVerb, MarketplaceVerbs, TransferAnswer, TransferKind } from './marketplace.js';
import { assertNoSecret, ready } from './suite-checks.js';
import type { SuiteOptions, TestTools } from './suite.js';

const KINDS: readonly TransferKind[] = ['transfer', 'reverse_transfer'];
/** Minor units; ends in 00, so that no connector takes it for a wish. */
const SHARE = 5_000;

/** Declares the tests, when the connector serves marketplaces. */
export function transferTests({ it }: TestTools, options: SuiteOptions): void {
  const { marketplace } = options.connector;
  if (marketplace === undefined || options.merchantAccount === undefined) {
    it('transfers: not tested, because there are none or no merchant’s account can be had', () => undefined);
    return;
  }
  for (const kind of KINDS) {
    const test = (name: string, body: (asked: Share) => Promise<void>) =>
      it(`${kind}: ${name}`, async () => {
        await options.reset?.();
        await body(await share(options, marketplace, kind));
      });
    test('prepare is pure, JSON-safe and without secrets', async ({ prepare }) => {
      const [first, second] = [prepare(), prepare()];
      assert.deepEqual(second, first);
      assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
      assertNoSecret(options, first);
    });
    test('asked twice with one key it happens once, under one id', async ({ ask }) => {
      const [first, second] = [await ask(), await ask()];
      assertDone(options, first);
      assert.deepEqual(second, first);
    });
    if (options.decline !== undefined)
      test('a refusal is rejected with a problem', async ({ ask }) => {
        await options.decline?.(kind);
        const answer = await ask();
        assert.equal(answer.answer, 'rejected');
        assert.ok(answer.problem?.message);
      });
    if (options.dropRequests !== undefined)
      test('a request that never arrives is unknown, and absent when read', async ({ ask, read }) => {
        await options.dropRequests?.(1, kind);
        assert.equal((await ask()).answer, 'unknown');
        await options.dropRequests?.(0, kind);
        const told = await read();
        if (told !== undefined) assert.equal(told.absent, true, 'the PSP knows nothing of it');
      });
    if (options.loseAnswers !== undefined)
      test('a lost answer is unknown; reading or asking again brings it, under one id', async ({ ask, read }) => {
        await options.loseAnswers?.(1, kind);
        assert.equal((await ask()).answer, 'unknown');
        await options.loseAnswers?.(0, kind);
        const told = await read();
        const again = await ask();
        assertDone(options, again);
        if (told !== undefined) assert.equal(told.id, again.id, 'what is read is what was done');
      });
  }
}

interface Share {
  prepare(): Parameters;
  /** Prepares once, and asks with the same two values every time. */
  ask(): Promise<TransferAnswer>;
  read(): Promise<(TransferAnswer & { absent?: boolean }) | undefined>;
}

/** A share of a captured payment that is about to be sent, or that was sent and is about to be taken back. */
async function share(options: SuiteOptions, verbs: MarketplaceVerbs, kind: TransferKind): Promise<Share> {
  const { payment } = await ready(options, 'refund');
  const common = { payment, merchantReference: 'SUITE-M1', items: [{ itemReference: 'item-1', amount: SHARE }] };
  const accountId = (await options.merchantAccount?.()) ?? '';
  const request = { ...common, amount: SHARE, accountId };
  const sending = bind(options, verbs, { kind: 'transfer', verb: verbs.transfer, request });
  if (kind === 'transfer') return sending;
  const { id: transferId = '' } = await sending.ask();
  const back = { ...common, amount: SHARE, transferId };
  return bind(options, verbs, { kind, verb: verbs.reverseTransfer, request: back });
}

function bind<Request>(
  options: SuiteOptions,
  verbs: MarketplaceVerbs,
  of: { kind: TransferKind; verb: MarketplaceVerb<Request, TransferAnswer>; request: Omit<Request, 'operationId'> },
): Share {
  const operationId = randomUUID();
  const idempotencyKey = randomUUID();
  const prepare = () => of.verb.prepare({ ...of.request, operationId } as Request, options.context());
  let asking: Asking | undefined;
  const stored = (): Asking => {
    const parameters = JSON.parse(JSON.stringify(prepare())) as Parameters;
    asking ??= { parameters, idempotencyKey, operationId, askedAt: isoTime(options.context().clock) };
    return asking;
  };
  return {
    prepare,
    ask: () => of.verb.ask(structuredClone(stored()), options.context()),
    read: async () => verbs.readTransfer?.({ ...stored(), kind: of.kind }, options.context()),
  };
}

function assertDone(options: SuiteOptions, answer: TransferAnswer): void {
  assert.equal(answer.answer, 'completed', answer.problem?.message);
  assert.ok(answer.id !== undefined && answer.id.length <= 255, 'the PSP’s id is told');
  assertNoSecret(options, answer);
}
