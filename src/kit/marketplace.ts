/**
 * What a connector does for marketplaces: accounts of merchants, and their shares of a payment. A connector without
 * these verbs serves shops that sell themselves.
 */
import type { AccountState } from '../domain/merchant.js';
import type { AnswerKind } from '../domain/operation.js';
import type { TransferredItem } from '../domain/transfer.js';
import type { Asking, Context, Parameters, Problem, Settings } from './connector.js';
import type { PaymentHandle } from './requests.js';

export interface MarketplaceVerbs {
  /** Whether these settings are those of a marketplace. */
  wanted(settings: Settings): boolean;
  /** Pure: how merchants begin, told to the shop. */
  onboarding(settings: Settings): OnboardingOffer;
  createAccount: MarketplaceVerb<AccountRequest, AccountAnswer>;
  /** An address where the merchant fills in the PSP's forms: for once, and for minutes. It is never stored. */
  createLink: MarketplaceVerb<LinkRequest, LinkAnswer>;
  /** What the PSP says of the account now; reads only, never throws. `rejected`: it does not know the account. */
  readAccount(accountId: string, context: Context): Promise<AccountAnswer>;
  transfer: MarketplaceVerb<TransferRequest, TransferAnswer>;
  reverseTransfer: MarketplaceVerb<ReverseTransferRequest, TransferAnswer>;
  /** What became of an asking whose key can bring nothing new. Reads only, never throws. `absent`: it did not happen. */
  readTransfer?(
    asking: Asking & { kind: TransferKind },
    context: Context,
  ): Promise<TransferAnswer & { absent?: boolean }>;
}

export type AccountKind = 'create_account' | 'link_account';

export type TransferKind = 'transfer' | 'reverse_transfer';

/** In two halves, like every verb that writes: `prepare` is pure, what it returns is stored and asked verbatim. */
export interface MarketplaceVerb<Request, Told> {
  prepare(request: Request, context: Context): Parameters;
  ask(asking: Asking, context: Context): Promise<Told>;
}

export interface OnboardingOffer {
  /** Whether the shop is told that its merchants can begin; without being told it may ask all the same. */
  isAnnounced: boolean;
  /** `api`: the shop asks us for an address; otherwise it sends merchants to `url`. */
  strategy: 'api' | 'iframe' | 'redirect';
  url?: string;
  links?: { label: string; url: string; attributes?: Record<string, string> }[];
  /** How the shop gets merchants to the address we answer with. */
  answers: 'redirect' | 'iframe' | 'content';
}

export interface AccountRequest {
  operationId: string;
  merchantReference: string;
  name?: string;
}

export interface AccountAnswer {
  answer: AnswerKind;
  /** The PSP's id of the account. */
  accountId?: string;
  state?: AccountState;
  problem?: Problem;
}

export interface LinkRequest {
  operationId: string;
  accountId: string;
  /** Where the PSP sends the merchant afterwards, and where for a new address when this one is spent. */
  returnUrl: string;
  refreshUrl: string;
}

export interface LinkAnswer {
  answer: AnswerKind;
  url?: string;
  problem?: Problem;
}

export interface TransferRequest {
  operationId: string;
  /** Captured; its charge is among the references. */
  payment: PaymentHandle;
  merchantReference: string;
  accountId: string;
  /** Minor units of the payment's currency, positive. */
  amount: number;
  items: TransferredItem[];
}

export interface ReverseTransferRequest {
  operationId: string;
  payment: PaymentHandle;
  /** The PSP's id of the transfer. */
  transferId: string;
  merchantReference: string;
  /** Minor units, positive: part of what the transfer has left. */
  amount: number;
  items: TransferredItem[];
}

export interface TransferAnswer {
  answer: AnswerKind;
  /** The PSP's id of the transfer, or of the reversal. */
  id?: string;
  /** The money came from the tenant's balance, because it could not come from the payment itself. */
  isUntied?: boolean;
  problem?: Problem;
  /** The same key will never bring another answer: read back, and ask anew only if nothing happened. */
  keySpent?: boolean;
}

/** What an event says of a merchant's account. Without `state` the account is read. */
export interface AccountNews {
  accountId?: string;
  /** For PSPs whose events name the merchant instead. */
  merchantReference?: string;
  state?: AccountState;
}

/** What an event says of a transfer: how much of it was taken back so far, by whomever. */
export interface TransferNews {
  transferId: string;
  reversed: number;
}
