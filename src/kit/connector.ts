/**
 * The Connector record, verb by verb: everything Quittance knows about a PSP. A connector is a plain object.
 * A capability is a verb that is present. A connector stores nothing, retries nothing and publishes nothing: it
 * turns our requests into the PSP's parameters, asks, and turns what the PSP says into facts.
 */
import type { TSchema } from 'typebox';
import type { CapturePolicy } from '../domain/capturing.js';
import type { Clock } from '../domain/clock.js';
import type { Fact } from '../domain/fact.js';
import type { AnswerKind } from '../domain/operation.js';
import type { DomainVerbs } from './domains.js';
import type { AccountNews, MarketplaceVerbs, TransferNews } from './marketplace.js';
import type { FormTexts } from './form-texts.js';
import type { PageSettings, PageVerbs, PaymentMethodOffer } from './page.js';
import type {
  CancelRequest, CaptureRequest, ConfirmRequest, CustomerAnswer, CustomerRequest, InitializeRequest, PaymentHandle,
  ReadBackAnswer, ReadBackRequest, RefundRequest,
} from './requests.js'; // prettier-ignore

export type { PageSettings, PageVerbs, PaymentMethodOffer } from './page.js';
export type * from './form-texts.js';
export type * from './marketplace.js';
export type * from './requests.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** What is sent to the PSP: stored with the operation and replayed verbatim, so it never holds a secret. */
export type Parameters = { [key: string]: Json };
/** A tenant's decrypted settings for this connector. */
export type Settings = Record<string, unknown>;

/** What a verb gets besides its request. */
export interface Context {
  tenant: {
    /** Opaque and stable; safe to show to the PSP, unlike the tenant's own identifier. */
    hash: string;
    settings: Settings;
  };
  clock: Clock;
  /** From the deployment, never from a tenant: where the PSP's API is when it is not at its usual place. */
  apiUrl?: string;
  /** Webhook translation only: the payment the event is about, when it is known. */
  payment?: PaymentHandle;
  /** One line per notable thing; secrets are redacted behind it. */
  log(event: string, fields?: Record<string, unknown>): void;
}

/** Why a PSP did not do what was asked (the reaction is the core's, the class is the connector's). */
export type ProblemClass =
  | 'declined' | 'rejected' | 'already' | 'credential' | 'permission' | 'not_found'
  | 'throttled' | 'busy' | 'ambiguous' | 'bug'; // prettier-ignore

export interface Problem {
  class: ProblemClass;
  /** The PSP's code, such as `card_declined`. */
  code?: string;
  /** Safe to show to the shop: no secret, no card data. */
  message: string;
}

/** One of the PSP's ids for something of this payment. `payment` is the one the shop calls transaction id. */
export interface Reference {
  kind: 'payment' | 'charge' | 'refund' | 'customer';
  id: string;
  parent?: string;
}

export interface Answer {
  answer: AnswerKind;
  facts: Fact[];
  references: Reference[];
  problem?: Problem;
  /** Initialize only: what the shop's front-end or our page needs (client secret, publishable key). Kept sealed. */
  session?: Record<string, string>;
  /** Lines for people, kept on the payment and shown in the shop's order view. */
  details?: Record<string, string>;
  /** When the PSP said these lines (ISO text): older ones never replace newer ones. Absent: they are laid over. */
  at?: string;
  /** Refund only: the PSP's id of the refund. */
  refundId?: string;
  /**
   * The same key will never bring another answer (a stored 5xx): read back, and ask anew only if nothing happened.
   */
  keySpent?: boolean;
}

/**
 * A verb in two halves. `prepare` is pure: the same request gives the same parameters. The core stores them with a
 * key, then calls `ask`, perhaps again with the very same two values after a crash or a lost answer.
 * `ask` never throws for anything the PSP or the network may do: that is an Answer.
 */
export interface Verb<Request> {
  prepare(request: Request, context: Context): Parameters;
  ask(asking: Asking, context: Context): Promise<Answer>;
}

export interface Asking {
  parameters: Parameters;
  /** Sent to the PSP with every write. */
  idempotencyKey: string;
  operationId: string;
  /** When it was asked first: ISO text. */
  askedAt: string;
}

export interface ConfigurationReport {
  isValid: boolean;
  errors: { property: string; errorMessages: string[] }[];
  /** Worth telling the operator, no reason to refuse. */
  warnings: string[];
}

/** What a webhook request looks like before anything in it is believed. */
export interface WebhookRequest {
  /** The exact bytes: signatures are over these. */
  body: Uint8Array;
  headers: Record<string, string>;
  mode: 'live' | 'test';
}

/** Unverified hints; they only choose which tenant's secrets are tried. */
export interface WebhookHints {
  account?: string;
  tenantHash?: string;
  /** PSP ids found in the body. */
  references: string[];
}

/** One signed thing inside a webhook request. */
export interface WebhookEvent {
  /** The PSP's id of the event: told twice, it is applied once. */
  id: string;
  type: string;
  /** The PSP's id of the payment it is about, when it is about one. */
  paymentReference?: string;
  /** What names the merchant's account or the transfer it is about, when it is about one of these. */
  marketplaceReference?: string;
}

export type WebhookVerdict =
  | { verified: true; events: WebhookEvent[] }
  /** `reason` is logged, never answered. */
  | { verified: false; reason: 'signature' | 'stale' | 'mode' | 'unreadable' };

/** What an event means. `ignored` says why nothing follows from it. */
export interface WebhookTranslation {
  facts: Fact[];
  references: Reference[];
  details?: Record<string, string>;
  /** When the PSP said these lines, as in an answer. */
  at?: string;
  ignored?: string;
  /** Nothing in it says that it is ours: when nobody has heard of the payment after a while, it is no matter for a person. */
  isForeign?: boolean;
  /** Why a person should look at the payment: logged as a warning, and the shop's view is updated at once. */
  attention?: string;
  /** The event is older or thinner than what we need: read the payment back instead. */
  readBack?: boolean;
  /** About a merchant's account, or a transfer to one: then there are no facts of a payment. */
  account?: AccountNews;
  transfer?: TransferNews;
}

/** An event fetched instead of delivered. `body` is what `translate` understands. */
export interface MissedEvent {
  body: Uint8Array;
  event: WebhookEvent;
}

export interface WebhookVerbs {
  identify(request: WebhookRequest): WebhookHints;
  /** Tries each secret; checks the signature's age and that the event's mode is the path's. */
  verify(request: WebhookRequest, secrets: string[], context: Context): WebhookVerdict;
  /** Pure: the stored body again, and which of its events. */
  translate(body: Uint8Array, event: WebhookEvent, context: Context): WebhookTranslation;
}

/** Registration of our webhook address at the PSP, for PSPs that allow it by API. */
export interface EndpointVerbs {
  /** Whether these settings want us to register at all. */
  wanted(settings: Settings): boolean;
  /** Further addresses these settings need besides that for payments, each by a word of the connector's own. */
  further?(settings: Settings): string[];
  /** What a registration belongs to: another value is perhaps another account. Absent: every secret of the settings. */
  credentials?(settings: Settings): string[];
  /** `purpose`: one of `further`; empty or absent for payments. */
  register: EndpointVerb<{ url: string; operationId: string; purpose?: string }>;
  remove: EndpointVerb<{ endpointId: string; operationId: string; purpose?: string }>;
  /** What is wrong with a registered address, in words; undefined when nothing is. Throws when the PSP gives no answer. */
  inspect?(endpointId: string, context: Context, purpose?: string): Promise<string | undefined>;
}

export interface EndpointVerb<Request> {
  prepare(request: Request, context: Context): Parameters;
  ask(asking: Asking, context: Context): Promise<EndpointAnswer>;
}

export interface EndpointAnswer {
  answer: AnswerKind;
  endpointId?: string;
  /** Told once by the PSP; kept sealed. */
  secret?: string;
  problem?: Problem;
}

export interface Connector {
  /** `[a-z0-9-]`; also the folder, the provider name and the word in documentation. */
  name: string;
  /** For people. */
  title: string;
  configuration: {
    /** JSON Schema of a tenant's settings, with a description on each field; unknown keys are kept. */
    schema: TSchema;
    /** Dotted paths of fields that are masked in every answer and never published. */
    secrets: string[];
    /** Dotted paths of fields that may be published to the shop. */
    public: string[];
    /** Dotted path of the webhook secrets a tenant sets by hand. */
    webhookSecrets: string[];
    /** What a form shows beside the schema. Without it, the schema's own words. */
    texts?: FormTexts;
  };
  /** Which of the two webhook paths belongs to these settings. */
  mode(settings: Settings): 'live' | 'test';
  /**
   * Checks shape and, where possible, asks the PSP whether the credentials work. No side effects that last. With
   * `readsOnly` nothing is made at the PSP, not for a moment; what only a try could tell is a warning then.
   */
  validate(settings: Settings, context: Context, how?: { readsOnly: boolean }): Promise<ConfigurationReport>;
  /** Pure. What it tells reaches browsers, so it holds no secret. */
  paymentMethods?(settings: Settings, deployment: PageSettings): PaymentMethodOffer[];
  /** How a tenant wants its reservations to be taken. Absent: by one capture that releases the rest. */
  capturing?(settings: Settings): CapturePolicy;
  initialize: Verb<InitializeRequest>;
  capture: Verb<CaptureRequest>;
  cancel: Verb<CancelRequest>;
  refund: Verb<RefundRequest>;
  /**
   * Gives a payment its order: checks that the PSP's payment is ours, alive, and of the order's amount and currency, and
   * tells its facts; then names the order there. Refused, it changes nothing. Absent: the stored amount is compared.
   */
  confirm?: Verb<ConfirmRequest>;
  readBack?(request: ReadBackRequest, context: Context): Promise<ReadBackAnswer>;
  /** Who pays, as far as the PSP knows. Reads only, and never throws; personal data reaches no log. */
  customer?(request: CustomerRequest, context: Context): Promise<CustomerAnswer>;
  /**
   * Events since this moment (ISO text), oldest first, for the time in which none could be delivered. Bodies are as
   * delivered, so that `webhooks.translate` understands them; they need no signature, because we asked for them.
   * Some may have been delivered before. Throws when the PSP gives no answer; safe to repeat.
   */
  missedEvents?(since: string, context: Context): Promise<MissedEvent[]>;
  webhooks: WebhookVerbs;
  endpoints?: EndpointVerbs;
  domains?: DomainVerbs;
  marketplace?: MarketplaceVerbs;
  page?: PageVerbs;
}
