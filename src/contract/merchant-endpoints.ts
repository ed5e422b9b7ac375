/** Endpoints about a marketplace's merchants: what a shop calls, and what the merchant's browser passes. */
import { Type, type Static } from 'typebox';
import type { Endpoint } from './endpoint.js';
import { JSON_API_TYPE, JSON_TYPE, TENANT_AUDIENCES, TENANT_HEADER } from './payment-endpoints.js';
import { Nullable, Text, Url } from './shapes.js';

export const OnboardingBody = Type.Object({
  merchant: Type.Optional(
    Type.Object(
      {
        name: Type.Optional(Text(1000, 'What the PSP calls the merchant until it says so itself.')),
        merchantReference: Type.Optional(Text(255, 'Counts when `X-Merchant-Reference` is missing.')),
      },
      { description: 'The seller.' },
    ),
  ),
  successUrl: Type.Optional(Url('Where the merchant’s browser goes afterwards.')),
  refreshUrl: Type.Optional(Url('Where it goes when there is no new link to the PSP’s forms.')),
  cancelUrl: Type.Optional(Url('Where it goes when the merchant has not finished; `successUrl` when absent.')),
  errorUrl: Type.Optional(Url('Where it goes when the PSP rejects the merchant, or something fails.')),
});
export type OnboardingBody = Static<typeof OnboardingBody>;

/** Names as shops read them. */
export const OnboardingAnswer = Type.Object(
  {
    merchant_reference: Text(255),
    name: Nullable(Text(1000)),
    tenant_identifier: Text(255),
    is_new: Type.Boolean({ description: 'The merchant was not known before.' }),
    strategy: Type.Union([Type.Literal('redirect'), Type.Literal('iframe'), Type.Literal('content')]),
    url: Url('Where the merchant goes on. The PSP’s own address works once and for minutes: ask for another one then.'),
    content: Type.Optional(Type.String({ description: 'HTML to show, with strategy `content`.' })),
  },
  { additionalProperties: false },
);
export type OnboardingAnswer = Static<typeof OnboardingAnswer>;

/** What the pages share. */
const PAGE = {
  method: 'GET',
  aliases: [],
  group: 'Merchants',
  access: 'page',
  audiences: [],
  headers: [],
  query: [
    { name: 'state', required: true, summary: 'Names the merchant; proof that we made this link, for some days.' },
  ],
  mediaTypes: [],
  errors: [{ status: 404, when: 'The link is not ours, or its time is over.' }],
  errorShape: 'page',
} as const;

const page = (summary: string) => ({ status: 200, summary, mediaType: 'text/html', schema: Type.String() });

export const MERCHANT_ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'merchant-onboarding',
    method: 'POST',
    path: '/private/merchants/onboarding',
    aliases: ['/merchants/onboarding'],
    group: 'Merchants',
    summary: 'Bring a merchant to the PSP',
    description:
      'The merchant gets one account, however often this is called, and a new address of the PSP’s forms every time. ' +
      'How far it came is told by `MerchantAppOnboardingStatusChanged`.',
    access: 'tenant',
    audiences: TENANT_AUDIENCES,
    headers: [
      TENANT_HEADER,
      { name: 'X-Merchant-Reference', required: false, summary: 'The merchant; counts before the body’s.' },
    ],
    query: [],
    body: OnboardingBody,
    mediaTypes: [JSON_TYPE, JSON_API_TYPE],
    success: [
      { status: 200, summary: 'The merchant was known.', schema: OnboardingAnswer },
      { status: 201, summary: 'The merchant is new.', schema: OnboardingAnswer },
    ],
    errors: [
      { status: 400, when: 'No body, no merchant, a wrong address, an unknown tenant, or no marketplace.' },
      { status: 401, when: 'The bearer token is missing, expired, not ours or for another audience.' },
      { status: 403, when: 'The token is for another tenant, or the tenant is disconnected.' },
      {
        status: 412,
        when: 'The PSP refuses the merchant, or gave no answer in time. The merchant is kept: try again.',
      },
    ],
    errorShape: 'merchant',
  },
  {
    ...PAGE,
    name: 'onboarding-return',
    path: '/onboarding/return',
    summary: 'Where the merchant comes back to from the PSP’s forms',
    success: [page('The status, when the shop named no address.'), { status: 303, summary: 'To the shop.' }],
  },
  {
    ...PAGE,
    name: 'onboarding-refresh',
    path: '/onboarding/refresh',
    summary: 'Where there is a new link to the PSP’s forms',
    success: [
      page('What went wrong, when the shop named no address.'),
      { status: 303, summary: 'To the PSP’s forms, or to the shop.' },
    ],
  },
  {
    ...PAGE,
    name: 'onboarding-start',
    path: '/onboarding/start',
    summary: 'The merchant’s status and the way to the PSP’s forms, for shops that show it in a frame',
    success: [page('The page.')],
  },
];
