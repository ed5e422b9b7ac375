/**
 * What we tell a tenant, in our own words: one AppEvent becomes one message. Names, channels and field names of the
 * wire are added by `contract/translate.ts`.
 */

/** News about an order's money; each is told with the items and the amount it is about. */
export type PaymentStatusKind =
  | 'payment_authorized'
  | 'payment_authorization_failed'
  | 'payment_captured'
  | 'payment_capture_failed'
  | 'payment_canceled'
  | 'payment_cancellation_failed'
  | 'payment_refunded'
  | 'payment_refund_failed'
  | 'payment_overpaid'
  | 'payment_underpaid';

export interface PaymentStatusEvent {
  kind: PaymentStatusKind;
  orderReference: string;
  /** ISO 4217, upper case. */
  currency: string;
  /** Minor units, never negative. */
  amount: number;
  itemIds: string[];
}

/** A payment exists, or changed. Not told while there is no order to attach it to, except the creation. */
export interface PaymentRecordEvent {
  kind: 'payment_created' | 'payment_updated';
  /** Absent for a pre-order payment; an update always has one. */
  orderReference?: string;
  transactionId: string;
  /** Lines for people, shown in the shop's order view; times are UTC, `YYYY-MM-DD HH:MM:SS`. */
  details: Readonly<Record<string, string | number | boolean>>;
}

export interface PaymentMethodEvent {
  kind: 'payment_method_added' | 'payment_method_updated';
  name: string;
  providerName: string;
  /** Where the shop reaches us, such as `https://pay.example`; a trailing slash is dropped. */
  baseUrl: string;
  /** Reaches browsers: never a secret. */
  checkoutConfiguration?: Readonly<Record<string, unknown>>;
}

export interface PaymentMethodDeletedEvent {
  kind: 'payment_method_deleted';
  name: string;
  providerName: string;
}

export interface AppConfigurationEvent {
  kind: 'app_configuration_updated';
  appIdentifier: string;
  isActive: boolean;
  status: 'new' | 'connected' | 'disconnected';
  /** Only what the connector declares public. */
  configuration: Readonly<Record<string, unknown>>;
  channels: string[];
}

export interface ReadyForOnboardingEvent {
  kind: 'ready_for_onboarding';
  appIdentifier: string;
  /** Must never change once told: the shop keeps one record per app and type. */
  appName: string;
  onboarding: { strategy: 'api' | 'iframe' | 'redirect'; url: string };
  additionalLinks?: { label: string; url: string; attributes?: Readonly<Record<string, string>> }[];
  states?: { name: string; attributes: Readonly<Record<string, string>> }[];
}

export type OnboardingStatus =
  'completed' | 'enabled' | 'restricted' | 'restricted soon' | 'rejected' | 'pending' | 'incomplete';

export interface OnboardingStatusEvent {
  kind: 'onboarding_status_changed';
  merchantReference: string;
  appIdentifier: string;
  status: OnboardingStatus;
}

export type AppEvent =
  | PaymentStatusEvent
  | PaymentRecordEvent
  | PaymentMethodEvent
  | PaymentMethodDeletedEvent
  | AppConfigurationEvent
  | ReadyForOnboardingEvent
  | OnboardingStatusEvent;
