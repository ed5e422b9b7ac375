/** The `Stripe-Signature` header: https://docs.stripe.com/webhooks#verify-manually. */
import { createHmac } from 'node:crypto';

/** Signs the exact body. `timestamp` in seconds; one `v1` per secret, and a `v0` nobody should trust, as in test mode. */
export function signatureHeader(body: string, timestamp: number, secrets: readonly string[]): string {
  const sign = (secret: string): string => createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return [`t=${timestamp}`, ...secrets.map((secret) => `v1=${sign(secret)}`), `v0=${sign('test mode noise')}`].join(
    ',',
  );
}
