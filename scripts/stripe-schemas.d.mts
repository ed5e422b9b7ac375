/** JSON Schemas made from the installed Stripe SDK's types, cached per SDK version. */
export function stripeSchemas(): {
  version: string;
  /** Schema name -> name of its definition. */
  roots: Record<string, string>;
  definitions: Record<string, object>;
};
