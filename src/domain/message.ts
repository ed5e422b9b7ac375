/** A message as it will stand on a channel: built once, stored with the change it announces, delivered as it is. */

export interface Message {
  /** UUID; the shop acknowledges by it. */
  id: string;
  channel: string;
  name: string;
  payload: Record<string, unknown>;
  /** Without the timestamp, which the outbox gives: strictly increasing per tenant. */
  attributes: Record<string, string>;
  /** What it announces about its payment; the same thing is announced once. Absent: no such promise. */
  announces?: string;
}
