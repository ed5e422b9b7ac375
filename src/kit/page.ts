/** What browsers get of a connector: payment methods for the shop's checkout, and its part of the payment page. */
import type { Fact } from '../domain/fact.js';
import type { Context, Json, PaymentHandle, Settings } from './connector.js';

export interface PaymentMethodOffer {
  /** `[A-Za-z0-9 -]` only, so that both keys the shop derives agree. */
  name: string;
  /** `[a-z0-9-]` only. */
  providerName: string;
  /** How the shop's own checkout shows it. Absent: on our page. Lists are never null, and nothing here is secret. */
  checkoutConfiguration?: Record<string, unknown>;
}

/** What the hosted page needs. `island` is the connector's own browser code, bundled with the app. */
export interface PageVerbs {
  /** Origins for the content security policy, from deployment settings alone. */
  policy(settings: PageSettings): { script: string[]; frame: string[]; connect: string[]; image: string[] };
  /** The PSP's script, when the page needs one. */
  scriptUrl?(settings: PageSettings): string;
  /** Name of the island to load: `src/connectors/<name>/island/<island>.ts`. */
  island: string;
  /** Handed to the island as JSON, over a token-protected call and never in HTML. */
  mountData(session: Record<string, string>, settings: Settings): Record<string, Json>;
  /** For a PSP without its own browser code: the page posts the customer's choice here. Returns facts. */
  choose?(choice: string, payment: PaymentHandle, context: Context): { facts: Fact[]; message?: string };
}

/** Of the deployment, for everything that browsers see. */
export interface PageSettings {
  /** Where the PSP's script is when it is not at its usual place. */
  scriptUrl?: string;
}
