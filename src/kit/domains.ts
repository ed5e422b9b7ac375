/** Hosts that a PSP wants to know before it shows wallets there, such as Apple Pay. */
import type { AnswerKind } from '../domain/operation.js';
import type { Asking, Context, Parameters, Problem, Settings } from './connector.js';

export interface DomainVerbs {
  /**
   * The hosts on which these settings show wallets; `pageHost` is that of our payment page. `skipped` says why one
   * cannot be registered. Empty: no wallets are wanted.
   */
  wanted(settings: Settings, pageHost: string): { host: string; skipped?: string }[];
  register: {
    prepare(request: { host: string; operationId: string }, context: Context): Parameters;
    /** A host that is known already is no failure: the PSP then looks again at wallets it does not show. */
    ask(asking: Asking, context: Context): Promise<DomainAnswer>;
  };
  /** What the PSP says of the host; reads only. Undefined: it does not know it any more. Throws when the PSP gives no answer. */
  inspect(domainId: string, context: Context): Promise<WalletState[] | undefined>;
}

export interface DomainAnswer {
  answer: AnswerKind;
  domainId?: string;
  /** Those that these settings want, and no others. */
  wallets?: WalletState[];
  problem?: Problem;
}

/** What the PSP says of one wallet on one host. */
export interface WalletState {
  wallet: string;
  isActive: boolean;
  /** Why not, in the PSP's words. */
  reason?: string;
  /** Somebody switched the host off there: it is left so. */
  isOff?: true;
}
