/** What each verb of a connector is asked with, and what the reading ones answer. */
import type { Customer } from '../domain/customer.js';
import type { Order } from '../domain/order.js';
import type { Answer, Parameters, Problem, Reference } from './connector.js';

export interface InitializeRequest {
  paymentId: string;
  operationId: string;
  order: Order;
  /** Where the customer comes back to; a PSP page or 3-D Secure needs it. */
  returnUrl: string;
  /** Set when the payment exists at the PSP and its order or amount has changed. */
  existing?: PaymentHandle;
  /**
   * Set when another one is made because this one failed. It is ended first, so that nobody pays both; when the customer
   * has paid it after all, the answer is a refusal with the facts of that.
   */
  former?: PaymentHandle;
}

/** What a verb needs to know of a payment that exists at the PSP. */
export interface PaymentHandle {
  paymentId: string;
  /** The PSP's id; the shop calls it transaction id. */
  transactionId: string;
  orderReference?: string;
  amount: number;
  currency: string;
  /** Taken so far, in minor units. */
  captured: number;
  /** Given back or on its way back, in minor units. */
  refunded: number;
  references: Reference[];
}

/** The order of a payment that exists already. The PSP has to say that it is for this amount, and ours. */
export interface ConfirmRequest {
  payment: PaymentHandle;
  operationId: string;
  /** Has an order reference. */
  order: Order;
}

export interface CaptureRequest {
  payment: PaymentHandle;
  operationId: string;
  amount: number;
  itemIds: string[];
  /** False: further captures follow, so that the rest shall stay reserved where that is possible. Absent: true. */
  last?: boolean;
}

export interface CancelRequest {
  payment: PaymentHandle;
  operationId: string;
  reason: 'requested_by_customer' | 'abandoned';
}

export interface RefundRequest {
  payment: PaymentHandle;
  operationId: string;
  amount: number;
  itemIds: string[];
  reason?: string;
}

/** Reads the truth back from the PSP. For an operation: did it happen? For a payment: what is so now? */
export interface ReadBackRequest {
  payment: PaymentHandle;
  operation?: { id: string; kind: string; parameters: Parameters; askedAt: string };
}

/** `absent`: the PSP knows nothing of the operation, so asking anew is safe. */
export type ReadBackAnswer = Answer & { absent?: boolean };

/** What a front-end got of the PSP, by camelCase name; `payment` when a transaction id was among it. */
export interface CustomerRequest {
  data: Record<string, string>;
  payment?: PaymentHandle;
}

export interface CustomerAnswer {
  /** `rejected`: the PSP does not know it; `unknown`: no answer. */
  answer: 'completed' | 'rejected' | 'unknown';
  customer?: Customer;
  /** The PSP's id of the payment that what was named belongs to: the core checks that it is one of the tenant's. */
  transactionId?: string;
  problem?: Problem;
}
