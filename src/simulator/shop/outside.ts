/**
 * The world beside the shop, over the control plane of the Stripe simulator: what customers, banks and people in
 * Stripe's dashboard can do to a payment at the moment, doing it, and letting time pass.
 */
import { isRecord } from './order.js';

/** A button of the simulator's console. */
export interface OutsideButton {
  id: string;
  label: string;
  hint: string;
  /** Minor units the simulator proposes; absent when no amount is asked for. */
  amount?: number;
}

export interface OutsideRefund {
  id: string;
  amount: number;
  status: string;
  buttons: OutsideButton[];
}

/** One payment as it stands at Stripe. Amounts in minor units. */
export interface OutsidePayment {
  status: string;
  method: string | null;
  /** Still to arrive by bank transfer. */
  remaining: number;
  /** Arrived by bank transfer and belongs to no payment. */
  surplus: number;
  disputes: { id: string; status: string; amount: number }[];
  buttons: OutsideButton[];
  refunds: OutsideRefund[];
}

export interface OutsidePress {
  button: string;
  refund?: string;
  /** Minor units. */
  amount?: number;
}

export interface Outside {
  /** The payment, or undefined when the simulator has none of that id or does not answer. */
  payment(paymentReference: string): Promise<OutsidePayment | undefined>;
  /** Presses a button. Answers why it was refused, or undefined when it was done. */
  press(paymentReference: string, press: OutsidePress): Promise<string | undefined>;
  /** Moves the time of the whole sandbox. Answers why it was refused, or undefined when it was done. */
  letPass(seconds: number): Promise<string | undefined>;
}

const CALL_TIMEOUT_MS = 5_000;

/** The simulator at this URL. No call throws; `signal` ends those under way. */
export function outsideAt(simulatorUrl: string, signal: AbortSignal): Outside {
  async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    try {
      const response = await fetch(`${simulatorUrl}/_sim${path}`, {
        method,
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    } catch (error) {
      return { status: 0, body: error instanceof Error ? error.message : String(error) };
    }
  }
  const refusal = ({ status, body }: { status: number; body: unknown }): string | undefined => {
    if (status === 200) return undefined;
    const error = isRecord(body) && isRecord(body['error']) ? body['error']['message'] : body;
    return String(error ?? `HTTP ${status}`);
  };
  const path = (paymentReference: string) => `/payments/${encodeURIComponent(paymentReference)}`;
  return {
    async payment(paymentReference) {
      const { status, body } = await ask('GET', path(paymentReference));
      return status === 200 && isRecord(body) ? (body as unknown as OutsidePayment) : undefined;
    },
    press: async (paymentReference, press) => refusal(await ask('POST', path(paymentReference), press)),
    letPass: async (seconds) =>
      // What is no number would be null in JSON, and null is 0.
      !(Number.isFinite(seconds) && seconds > 0)
        ? 'Time passes in seconds above zero'
        : refusal(await ask('POST', '/clock', { advanceSeconds: seconds })),
  };
}
