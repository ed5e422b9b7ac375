/** Contract tests of merchants' accounts: one key makes one account, links lead to its forms, reading finds it again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isoTime } from '../domain/clock.js';
import type { AccountState } from '../domain/merchant.js';
import type { Asking, Parameters } from './connector.js';
import type { AccountAnswer, AccountKind, LinkAnswer, MarketplaceVerb, MarketplaceVerbs } from './marketplace.js';
import { assertNoSecret } from './suite-checks.js';
import type { SuiteOptions, TestTools } from './suite.js';

const UNKNOWN_ACCOUNT = 'acct_suiteunknown0000';
const RETURN_URLS = { returnUrl: 'https://psp.example/return', refreshUrl: 'https://psp.example/refresh' };

/** Declares the tests, when the connector serves marketplaces. */
export function accountTests({ it }: TestTools, options: SuiteOptions): void {
  const { marketplace: verbs } = options.connector;
  if (verbs === undefined) {
    it('accounts: not tested, because there are none', () => undefined);
    return;
  }
  const test = (name: string, body: () => Promise<void>) =>
    it(name, async () => {
      await options.reset?.();
      await body();
    });
  const account = () => bind(options, verbs.createAccount, { merchantReference: 'SUITE-M1', name: 'Suite merchant' });
  const link = async () => linkOf(options, verbs, (await made(options, account())).accountId);
  offered(options, verbs, test);
  troubles(options, 'create_account', test, account);
  troubles(options, 'link_account', test, link);
  test('create_account: asked twice with one key there is one account, and another key makes another', async () => {
    const [one, other] = [account(), account()];
    const first = await made(options, one);
    assert.equal((await made(options, one)).accountId, first.accountId);
    assert.notEqual((await made(options, other)).accountId, first.accountId);
  });
  test('read: an account that was made is known, and cannot be rejected yet', async () => {
    const { accountId } = await made(options, account());
    const told = await verbs.readAccount(accountId, options.context());
    assertState(told);
    assert.equal(told.accountId, accountId);
    assert.equal(told.state?.isRejected, false);
  });
  test('read and link_account: an account the PSP does not know is not_found, so that another is made', async () => {
    const told = await verbs.readAccount(UNKNOWN_ACCOUNT, options.context());
    const linked = await linkOf(options, verbs, UNKNOWN_ACCOUNT).ask();
    for (const { answer, problem } of [told, linked])
      assert.deepEqual([answer, problem?.class], ['rejected', 'not_found']);
  });
  test('link_account: an address for a browser', async () => {
    const { answer, url = '', problem } = await (await link()).ask();
    assert.equal(answer, 'completed', problem?.message);
    assert.match(url, /^https?:\/\//);
    assertNoSecret(options, url);
  });
}

type Declare = (name: string, body: () => Promise<void>) => unknown;
type Told = AccountAnswer | LinkAnswer;

interface Asked<Answer extends Told> {
  prepare(): Parameters;
  /** Prepares once, and asks with the same two values every time. */
  ask(): Promise<Answer>;
}

function offered(options: SuiteOptions, verbs: MarketplaceVerbs, test: Declare): void {
  test('onboarding: what the shop is told is complete and without secrets', () => {
    const { settings } = options;
    assert.equal(typeof verbs.wanted(settings), 'boolean');
    const offer = verbs.onboarding(settings);
    assert.deepEqual(verbs.onboarding(settings), offer);
    assert.ok(offer.strategy === 'api' || offer.url !== undefined, `the strategy ${offer.strategy} needs a url`);
    assert.ok(['redirect', 'iframe', 'content'].includes(offer.answers));
    assertNoSecret(options, offer);
    return Promise.resolve();
  });
}

/** What may go wrong with either verb. The PSP is made to show it right before `prepare`. */
function troubles<Answer extends Told>(
  options: SuiteOptions,
  kind: AccountKind,
  test: Declare,
  begin: () => Promise<Asked<Answer>> | Asked<Answer>,
): void {
  test(`${kind}: prepare is pure, JSON-safe and without secrets`, async () => {
    const { prepare } = await begin();
    const [first, second] = [prepare(), prepare()];
    assert.deepEqual(second, first);
    assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
    assertNoSecret(options, first);
  });
  if (options.decline !== undefined)
    test(`${kind}: a refusal is rejected with a problem`, async () => {
      const { ask } = await begin();
      await options.decline?.(kind);
      const answer = await ask();
      assert.equal(answer.answer, 'rejected');
      assert.ok(answer.problem?.message);
      assertNoSecret(options, answer);
    });
  if (options.dropRequests !== undefined)
    test(`${kind}: a request that never arrives is unknown`, async () => {
      const { ask } = await begin();
      await options.dropRequests?.(1, kind);
      assert.equal((await ask()).answer, 'unknown');
      await options.dropRequests?.(0, kind);
    });
  // Nobody waits for the answer to a link: the next one is asked for anew.
  if (options.loseAnswers !== undefined && kind === 'create_account')
    test(`${kind}: a lost answer is unknown; asking again brings it`, async () => {
      const { ask } = await begin();
      await options.loseAnswers?.(1, kind);
      assert.equal((await ask()).answer, 'unknown');
      await options.loseAnswers?.(0, kind);
      const again = await ask();
      assertState(again as AccountAnswer);
      assert.deepEqual(again, await ask());
    });
}

function linkOf(options: SuiteOptions, verbs: MarketplaceVerbs, accountId: string): Asked<LinkAnswer> {
  return bind(options, verbs.createLink, { accountId, ...RETURN_URLS });
}

async function made(options: SuiteOptions, account: Asked<AccountAnswer>): Promise<{ accountId: string }> {
  const answer = await account.ask();
  assertState(answer);
  assertNoSecret(options, answer);
  return { accountId: answer.accountId ?? '' };
}

function bind<Request, Answer extends Told>(
  options: SuiteOptions,
  verb: MarketplaceVerb<Request, Answer>,
  request: Omit<Request, 'operationId'>,
): Asked<Answer> {
  const operationId = randomUUID();
  const idempotencyKey = randomUUID();
  const prepare = () => verb.prepare({ ...request, operationId } as Request, options.context());
  let asking: Asking | undefined;
  const stored = (): Asking => {
    const parameters = JSON.parse(JSON.stringify(prepare())) as Parameters;
    asking ??= { parameters, idempotencyKey, operationId, askedAt: isoTime(options.context().clock) };
    return asking;
  };
  return { prepare, ask: () => verb.ask(structuredClone(stored()), options.context()) };
}

/** Fails unless an account is told with a state the core can use. */
function assertState({ answer, accountId, state, problem }: AccountAnswer): void {
  assert.equal(answer, 'completed', problem?.message);
  assert.ok(accountId !== undefined && accountId.length > 0 && accountId.length <= 255, 'the PSP’s id is told');
  assert.ok(state, 'what the PSP says of it is told');
  const { transfers, deadline, pastDue, currentlyDue, eventuallyDue }: AccountState = state;
  assert.ok(['active', 'pending', 'inactive'].includes(transfers));
  for (const due of [pastDue, currentlyDue, eventuallyDue]) assert.ok(Array.isArray(due));
  if (deadline !== undefined) assert.equal(new Date(deadline).toISOString(), deadline);
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state, 'a state survives JSON');
}
