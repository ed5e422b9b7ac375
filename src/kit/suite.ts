/**
 * The contract every connector must pass. A connector's test calls `connectorSuite` with a few hooks into its PSP
 * (a simulator, a recording, the PSP's test mode) and adds only what is special to it. Needs no test library itself.
 */
import type { Clock } from '../domain/clock.js';
import type { Order } from '../domain/order.js';
import type { Connector, Context, PaymentHandle, Settings } from './connector.js';
import type { AccountKind, TransferKind } from './marketplace.js';
import { accountTests } from './suite-accounts.js';
import { recordTests } from './suite-record.js';
import { transferTests } from './suite-transfers.js';
import { verbTests } from './suite-verbs.js';
import { webhookTests } from './suite-webhooks.js';

/** What the suite needs of a test library; those of vitest, jest and node:test fit. */
export interface TestTools {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void> | void): unknown;
}

/** The verbs that ask a PSP for something. */
export type SuiteVerb = 'initialize' | 'capture' | 'cancel' | 'refund' | 'confirm';

/** Everything a hook may be asked to disturb; the last two only of connectors that serve marketplaces. */
export type SuiteAsking = SuiteVerb | TransferKind | AccountKind;

export interface SuiteOptions {
  connector: Connector;
  /** Settings that are right, with secrets in every secret field that is commonly filled. */
  settings: Settings;
  /** Settings that are wrong in one property each; `property` is the dotted path that must be reported. */
  badSettings: { title: string; settings: Settings; property: string }[];
  /** A context whose tenant has the settings above, unless told otherwise. Asked anew for every call of a verb. */
  context(overrides?: { settings?: Settings; clock?: Clock }): Context;
  /** Minor units; every verb succeeds with it. Default 12000. */
  amount?: number;
  /** An order of that amount; by default one line in EUR. */
  order?(amount: number): Order;
  /** Makes the customer pay, so that money is reserved. */
  authorize(transactionId: string, payment: PaymentHandle): Promise<void> | void;
  webhook: {
    /** The bytes of a webhook in test mode that tells a fact about the payment (it is authorized by then). */
    body(payment: PaymentHandle): Promise<Uint8Array> | Uint8Array;
    /** The headers the PSP sends with these bytes. */
    sign(body: Uint8Array, secrets: string[], atSeconds: number): Record<string, string>;
  };
  /** Marketplaces: an account that may receive money. Asked for before every test of transfers. */
  merchantAccount?(): Promise<string> | string;
  /** Called before every test. */
  reset?(): Promise<void> | void;
  /** Makes the PSP refuse the next asking of this verb. Called right before `prepare`. `confirm` only where there is one. */
  decline?(verb: SuiteAsking): Promise<void> | void;
  /**
   * Makes the PSP do the next `count` askings and lose its answers. Called right before `prepare`. Called with 0
   * afterwards: answers arrive again.
   */
  loseAnswers?(count: number, verb: SuiteAsking): Promise<void> | void;
  /** Makes the next `count` requests vanish before the PSP sees them; 0 ends it. Called right before `prepare`. */
  dropRequests?(count: number, verb: SuiteAsking): Promise<void> | void;
  /** How many captures, cancellations and refunds the PSP has really carried out so far. */
  effects?(): Promise<number> | number;
}

/**
 * Declares the contract tests. What a PSP cannot be made to do shows up as a test that says so in its name, never as
 * a silent gap. Call it once per way of configuring the connector.
 */
export function connectorSuite(tools: TestTools, options: SuiteOptions): void {
  tools.describe(`connector ${options.connector.name} keeps the contract`, () => {
    recordTests(tools, options);
    verbTests(tools, options);
    accountTests(tools, options);
    transferTests(tools, options);
    webhookTests(tools, options);
  });
}
