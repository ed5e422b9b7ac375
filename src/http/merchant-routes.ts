/** What a shop calls for a merchant of its marketplace. */
import { OnboardingBody, type OnboardingAnswer } from '../contract/merchant-endpoints.js';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import { onboardMerchant, type OnboardingUrls } from '../flows/onboarding.js';
import { readBody } from './body.js';
import { asWritten } from './headers.js';
import { mount, type Door } from './mount.js';

const REFERENCE_CHARS = 255;

/** Mounts it. Its answers hold a link that is never stored, so that no `Idempotency-Key` brings one again. */
export function mountMerchantRoutes(door: Door, app: App): void {
  mount(door, 'merchant-onboarding', async ({ request, tenantId }) => {
    const body = readBody(request, OnboardingBody);
    const header = asWritten(request.headers)['x-merchant-reference'];
    const named = (Array.isArray(header) ? header[0] : header)?.trim();
    const merchantReference = named === undefined || named === '' ? body.merchant?.merchantReference : named;
    if (merchantReference === undefined || merchantReference.trim() === '') throw new AppError('merchant_required');
    if (merchantReference.length > REFERENCE_CHARS)
      throw new AppError('body_mismatch', { values: { reason: 'the merchant reference is too long' } });
    const name = body.merchant?.name;
    const wish = { merchantReference, urls: urlsOf(body), ...(name === undefined ? {} : { name }) };
    const { isNew, strategy, url, content } = await onboardMerchant(app, tenantId, wish);
    const answer: OnboardingAnswer = {
      merchant_reference: merchantReference,
      name: name ?? null,
      tenant_identifier: tenantId,
      is_new: isNew,
      strategy,
      url,
      ...(content === undefined ? {} : { content }),
    };
    return { status: isNew ? 201 : 200, body: answer };
  });
}

function urlsOf({ successUrl, refreshUrl, cancelUrl, errorUrl }: OnboardingBody): OnboardingUrls {
  const given = Object.entries({ successUrl, refreshUrl, cancelUrl, errorUrl });
  return Object.fromEntries(given.filter(([, url]) => url !== undefined)) as OnboardingUrls;
}
