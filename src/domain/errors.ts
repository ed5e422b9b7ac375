/**
 * Every error this service answers on purpose: code, HTTP status and public text. `docs/errors.md` explains the same
 * list (a test compares them). A retired code is never used again.
 */

interface ErrorEntry {
  /** HTTP status; an AppError may carry another one when a PSP or a connector chose it. */
  status: number;
  /** Public text; `{name}` is replaced by the error's value of that name. */
  text: string;
}

export const ERRORS = {
  // The request itself
  body_required: { status: 400, text: 'POST content is required.' },
  body_malformed: { status: 400, text: 'The request body could not be read: {reason}' },
  body_mismatch: { status: 400, text: 'The request body does not fit: {reason}' },
  body_too_large: { status: 413, text: 'The request body is too large.' },
  media_type_unknown: { status: 415, text: 'The content type "{mediaType}" is not supported.' },
  request_refused: { status: 400, text: 'The request could not be understood.' },
  wrong_format: { status: 422, text: 'Wrong request format.' },
  route_unknown: { status: 404, text: 'There is nothing at this address.' },
  document_refused: { status: 422, text: 'The document does not fit.' },
  key_reused: { status: 422, text: 'The Idempotency-Key was used before with another request.' },
  too_many_requests: { status: 429, text: 'Too many requests, try again later.' },
  busy: { status: 503, text: 'Too much is under way for this tenant, try again in a moment.' },

  // Who is asking
  token_missing: { status: 401, text: 'A bearer token is required.' },
  token_invalid: { status: 401, text: 'The bearer token is not valid.' },
  token_forbidden: { status: 403, text: 'The bearer token does not allow this.' },
  tenant_forbidden: { status: 403, text: 'The bearer token belongs to another tenant.' },
  tenant_required: { status: 400, text: 'X-Tenant-Identifier in header is required.' },
  tenant_unknown: { status: 400, text: 'Could not find an App configuration for the given Tenant' },
  tenant_disconnected: { status: 403, text: 'Tenant is disconnected.' },
  storefront_unknown: { status: 404, text: 'There is no storefront for this tenant.' },
  origin_refused: { status: 403, text: 'This origin is not allowed.' },
  caller_missing: { status: 401, text: 'A bearer token or X-Anonymous-Customer-Unique-Id is required.' },

  // Configure and disconnect
  configuration_refused: { status: 422, text: 'The configuration is not valid.' },
  configuration_unchecked: { status: 500, text: 'The configuration could not be checked.' },
  configuration_unsaved: { status: 400, text: 'Configuration error.' },
  action_failed: { status: 400, text: 'Tenant action failed: {reason}' },
  disconnect_unsaved: { status: 400, text: 'Disconnecting error.' },
  tenant_missing: { status: 400, text: 'Tenant identifier is missing.' },
  orders_open: {
    status: 409,
    text:
      'The payment App cannot be disconnected when there are open orders. Open orders won’t be proceed ' +
      'automatically if you delete the App. Close the open orders to continue.',
  },
  orders_open_kept: { status: 400, text: 'Please close any open orders and try again.' },
  merchants_active: {
    status: 409,
    text:
      'The payment App cannot be disconnected when there are active merchants. Active merchants may miss payouts ' +
      'if you delete the App. Disconnect the merchants to continue.',
  },
  merchants_active_kept: { status: 400, text: 'Please disconnect the merchants and try again.' },

  // Payments
  method_unknown: { status: 422, text: 'Payment method not found' },
  payment_unknown: { status: 400, text: 'Could not find a payment with the transaction id "{transactionId}"' },
  payment_closed: { status: 400, text: 'The payment of order "{orderReference}" can no longer be initialized.' },
  payment_refused: { status: 400, text: 'The payment was refused.' },
  payment_ordered: {
    status: 400,
    text: 'The payment with the transaction id "{transactionId}" belongs to another order.',
  },
  order_taken: { status: 400, text: 'The order "{orderReference}" has another payment.' },
  payment_given_up: { status: 400, text: 'The payment with the transaction id "{transactionId}" was canceled.' },
  payment_confirmed: {
    status: 400,
    text: 'The payment with the transaction id "{transactionId}" has an order: cancel the order instead.',
  },
  psp_silent: { status: 503, text: 'The payment service provider did not answer in time, try again later.' },
  return_url_refused: { status: 400, text: 'The URL in {field} is not allowed.' },

  customer_missing: {
    status: 400,
    text: 'Neither customer nor customerPaymentServiceProviderData is given: at least one of them is required.',
  },
  customer_unsupported: { status: 400, text: 'Platform plugin does not provide Customer features' },
  customer_refused: { status: 400, text: 'The payment service provider does not know the customer.' },

  // Marketplaces
  marketplace_unsupported: { status: 400, text: 'Platform plugin does not provide Marketplace features' },
  order_unknown: {
    status: 400,
    text: 'Could not find a payment with the tenantIdentifier "{tenantId}" and orderReference "{orderReference}"',
  },
  merchant_required: {
    status: 400,
    text: 'Neither X-Merchant-Reference in header nor merchant.merchantReference is given.',
  },
  onboarding_refused: { status: 412, text: 'The payment service provider refused to onboard the merchant.' },
  onboarding_unanswered: {
    status: 412,
    text: 'The payment service provider did not answer in time. Nothing is lost, please try again in a moment.',
  },

  // Webhooks
  webhook_refused: { status: 400, text: 'The webhook could not be verified.' },

  // Pages
  transaction_missing: { status: 400, text: 'Transaction ID is missing.' },
  page_unknown: { status: 404, text: 'This payment page does not exist or is no longer valid.' },

  // Channels
  message_refused: { status: 400, text: 'The message was refused: {reason}' },
  channel_forbidden: { status: 403, text: 'Messages may not be sent to the channel "{channel}".' },

  // Tokens (codes of RFC 6749 and RFC 8707)
  invalid_request: { status: 400, text: 'The token request is not complete.' },
  invalid_client: { status: 401, text: 'The client could not be authenticated.' },
  unauthorized_client: { status: 400, text: 'The client may not act for this tenant.' },
  unsupported_grant_type: { status: 400, text: 'Only the grant type client_credentials is supported.' },
  invalid_target: { status: 400, text: 'The client may not ask for this audience.' },

  internal: { status: 500, text: 'Something went wrong on our side.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong in a document. */
export interface DocumentFault {
  /** JSON pointer, RFC 6901: `/data/attributes/payment/amount`. */
  pointer: string;
  /** Names the rule, never the value. Absent: what the error says itself. */
  text?: string;
}

export interface AppErrorOptions {
  /** What the placeholders of the text stand for. */
  values?: Readonly<Record<string, string>>;
  /** Public text instead of the catalogue's, such as a PSP's own words. An empty one counts as none. */
  message?: string;
  /** HTTP status instead of the catalogue's. */
  status?: number;
  /** Everything that is wrong in a document, for callers who are told each by itself. */
  faults?: readonly DocumentFault[];
  /** Only for our log: never answered. */
  detail?: string;
  /** Value of the `WWW-Authenticate` header. */
  wwwAuthenticate?: string;
  cause?: unknown;
}

/** An error with a public text and a private detail; only the first leaves the house. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly values: Readonly<Record<string, string>>;
  /** True when `message` is not the catalogue's text, so that it cannot be translated. */
  readonly ownText: boolean;
  readonly faults: readonly DocumentFault[];
  readonly detail: string | undefined;
  readonly wwwAuthenticate: string | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const values = options.values ?? {};
    const ownText = options.message !== undefined && options.message.trim() !== '';
    super(ownText ? options.message : fill(ERRORS[code].text, values), { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = options.status ?? ERRORS[code].status;
    this.values = values;
    this.ownText = ownText;
    this.faults = options.faults ?? [];
    this.detail = options.detail;
    this.wwwAuthenticate = options.wwwAuthenticate;
  }
}

/** Puts values into the placeholders of a text; a placeholder without a value disappears. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : ''));
}
