/**
 * Addresses of ours that a merchant's browser passes during onboarding. Their `state` names the tenant and the merchant;
 * it is no secret, but nobody else can make one, and it ends after days.
 */
import { timingSafeEqual } from 'node:crypto';
import type { App } from './app.js';

/** Long enough for a merchant who looks for papers, and for the tab that was left open meanwhile. */
const STATE_LIFE_MS = 7 * 86_400_000;

/** Whom a state is about. */
export interface OnboardingPlace {
  tenantId: string;
  merchantReference: string;
}

/** Where the PSP sends the merchant afterwards. */
export function returnUrl(app: App, place: OnboardingPlace): string {
  return address(app, 'return', place);
}

/** Where there is a new link, when one is spent. */
export function refreshUrl(app: App, place: OnboardingPlace): string {
  return address(app, 'refresh', place);
}

/** Our page with the status and the way to the PSP, for shops that show it in a frame. */
export function startUrl(app: App, place: OnboardingPlace): string {
  return address(app, 'start', place);
}

/** The place a state names, or undefined when we did not make it or its time is over. */
export function placeOf(app: App, state: string): OnboardingPlace | undefined {
  const [text = '', signature = '', ...rest] = state.split('.');
  if (rest.length > 0 || !sameText(signature, app.signState(text))) return undefined;
  const [tenantId, merchantReference, endsAt] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [
    string,
    string,
    number,
  ];
  return endsAt > app.clock.now() ? { tenantId, merchantReference } : undefined;
}

function address(app: App, hop: 'return' | 'refresh' | 'start', { tenantId, merchantReference }: OnboardingPlace) {
  const place = JSON.stringify([tenantId, merchantReference, app.clock.now() + STATE_LIFE_MS]);
  const text = Buffer.from(place).toString('base64url');
  return `${app.publicUrl}/onboarding/${hop}?state=${text}.${app.signState(text)}`;
}

/** Equal texts, in a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
