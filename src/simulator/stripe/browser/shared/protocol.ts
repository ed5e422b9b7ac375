/**
 * The messages between the page's script and the card iframe. Both sides accept a message only from the window and
 * the origin they expect, and address theirs to that origin, so no third window can listen or join in.
 */
import type { Appearance } from './appearance.js';
import type { ConfirmationToken, DeferredIntent, FormValue } from './api.js';
import type { IntentResult, StripeError } from './errors.js';
import type { Language } from './texts.js';

export interface BillingDetails {
  name?: string;
  email?: string;
  phone?: string;
  address?: {
    line1?: string;
    line2?: string;
    city?: string;
    state?: string;
    country?: string;
    postal_code?: string;
  };
}

export interface FrameOptions {
  publishableKey: string;
  stripeAccount?: string;
  /** The intent that is paid, or what is known of one to come. */
  clientSecret?: string;
  deferred?: DeferredIntent;
  language: Language;
  appearance: Appearance;
  billing: BillingDetails;
  /** Which billing details the frame asks for; the others the page promises to send. */
  collect: { country: boolean; postalCode: boolean; name: boolean; email: boolean };
  /** The shop's name for the text of a mandate. */
  business?: string;
  /** Payment methods the page wants to come first. */
  order: readonly string[];
  readOnly: boolean;
}

/** What the page adds to the payment method when it confirms. */
export interface ConfirmRequest {
  clientSecret: string;
  billing: BillingDetails;
  parameters: { [key: string]: FormValue };
}

/** What the page adds to a confirmation token. */
export type TokenRequest = Omit<ConfirmRequest, 'clientSecret'>;

export type ToFrame =
  | { type: 'mount'; options: FrameOptions }
  | { type: 'update'; options: Partial<FrameOptions> }
  | { type: 'focus' | 'blur' | 'clear' }
  | { type: 'validate' | 'refresh'; request: number }
  | { type: 'confirm'; request: number; confirm: ConfirmRequest }
  | { type: 'token'; request: number; token: TokenRequest };

/** Answers to `validate` and `refresh` carry an error or nothing, the others what the API answered. */
export type Reply = Partial<IntentResult> & { confirmationToken?: ConfirmationToken };

export type FromFrame =
  | { type: 'hello' | 'ready' | 'focus' | 'blur' | 'escape' | 'enter' }
  | { type: 'height'; pixels: number }
  | { type: 'change'; method: string; empty: boolean; complete: boolean }
  | { type: 'loaderror'; error: StripeError }
  | { type: 'reply'; request: number; reply: Reply };

const MARK = 'quittance-sim-elements';

interface Envelope<Message> {
  mark: typeof MARK;
  /** Tells apart several card frames of one page. */
  frame: string;
  message: Message;
}

export interface Peer {
  window(): Window | null;
  origin: string;
  frame: string;
}

/** Sends to the peer's origin only; the browser drops the message when another document sits there by now. */
export function post<Message>(peer: Peer, message: Message): void {
  const envelope: Envelope<Message> = { mark: MARK, frame: peer.frame, message };
  peer.window()?.postMessage(envelope, peer.origin);
}

/** Listens to this peer alone. Returns the way to stop. */
export function listen<Message>(peer: Peer, hear: (message: Message) => void): () => void {
  const listener = (event: MessageEvent) => {
    if (event.origin !== peer.origin || event.source === null || event.source !== peer.window()) return;
    const envelope = event.data as Partial<Envelope<Message>> | null;
    if (envelope?.mark !== MARK || envelope.frame !== peer.frame || !envelope.message) return;
    hear(envelope.message);
  };
  window.addEventListener('message', listener);
  return () => window.removeEventListener('message', listener);
}

/** A random name. `crypto.randomUUID` is missing on plain http pages other than localhost. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
