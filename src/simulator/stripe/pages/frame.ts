/** What the pages a buyer sees have in common: language, banner, look, amounts, and the way back to the shop. */
import { createHash } from 'node:crypto';
import type { Intent } from '../resources/intents.js';
import { html } from '../server/wire.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';

export type Language = 'en' | 'de';

const BANNERS: Record<Language, string> = {
  en: 'Simulation: no real bank, no real money',
  de: 'Simulation: keine echte Bank, kein echtes Geld',
};

const STYLE = `
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:#eef1f6;color:#1c2430;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
.banner{margin:0;padding:8px 16px;background:#fff3c4;color:#4a3800;text-align:center;font-size:.9em;border-bottom:1px solid #e3c65b}
main{width:100%;max-width:420px;margin:auto;padding:24px}.box{background:#fff;border-radius:12px;padding:24px;box-shadow:0 6px 24px rgb(20 30 60/12%)}
h1{margin:0 0 8px;font-size:1.35em}h2{margin:24px 0 8px;font-size:1.05em}dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;margin:16px 0 24px}dt{color:#55607a}dd{margin:0;text-align:right;font-weight:600;overflow-wrap:anywhere}
form{display:grid;gap:12px}form+form{margin-top:20px}button{min-height:48px;border-radius:8px;border:1px solid #1f4fbf;font:inherit;font-weight:600;cursor:pointer}
.yes{background:#1f4fbf;color:#fff}.no{background:#fff;color:#1f4fbf}button:focus-visible,input:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
.quiet{border-color:transparent;background:none;color:#55607a;font-weight:400;text-decoration:underline}
.mark{display:flex;align-items:center;justify-content:center;min-height:56px;margin:0 0 20px;border-radius:8px;font-size:1.3em;font-weight:700}
.amazon_pay{background:#ffd814;color:#111}.ideal{background:#cc0066;color:#fff}.klarna{background:#ffb3c7;color:#0b051d}.paypal{background:#003087;color:#fff}.transfer{background:#0b5345;color:#fff}.connect{background:#3d2a86;color:#fff}
.tall{grid-template-columns:1fr;gap:0}.tall dd{margin:0 0 10px;text-align:left;hyphens:auto}.tall ul{margin:0;padding-left:20px;font-weight:400}.choices button{width:100%;padding:6px 12px}.choices h2{margin:12px 0 0}.choices .hint{margin:4px 0 0}
label{display:grid;gap:4px;color:#55607a}input{min-height:48px;padding:0 12px;border:1px solid #8a94a8;border-radius:8px;font:inherit;color:#1c2430}.done{padding:12px;border-radius:8px;background:#e6f4ea;color:#14532d}.hint{margin:12px 0 0;color:#55607a;font-size:.9em}
`;

/** Text that may stand in HTML, also inside a quoted attribute. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** German when the address or the browser asks for it, else English. */
export function languageOf(request: WireRequest): Language {
  const asked =
    typeof request.query.locale === 'string' ? request.query.locale : (request.header('accept-language') ?? '');
  return asked.trim().toLowerCase().startsWith('de') ? 'de' : 'en';
}

/** A whole page. `content` is HTML; only `script`, if any, may run on it. */
export function page(language: Language, title: string, content: string, script = ''): WireAnswer {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = `default-src 'none'; style-src ${hash(STYLE)}; script-src ${script === '' ? "'none'" : hash(script)}; base-uri 'none'`;
  const body = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}</style></head>
<body><p class="banner" role="note">${BANNERS[language]}</p><main><div class="box">${content}</div></main>${script === '' ? '' : `<script>${script}</script>`}</body></html>
`;
  return html(200, body, { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' });
}

const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Minor units as this language writes them. */
export function money(language: Language, amount: number, currency: string): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  return format.format(amount / 10 ** decimalsOf(currency));
}

/** Minor units as they stand in a field. */
export const amountField = (amount: number, currency: string): string =>
  (amount / 10 ** decimalsOf(currency)).toFixed(decimalsOf(currency));
/** The minor units written in a field, with a comma or a point; undefined when it is no amount above zero. */
export function readAmount(text: unknown, currency: string): number | undefined {
  if (typeof text !== 'string' || !/^\d{1,9}([.,]\d{1,3})?$/.test(text.trim())) return undefined;
  const minor = Math.round(Number(text.trim().replace(',', '.')) * 10 ** decimalsOf(currency));
  return minor > 0 ? minor : undefined;
}

/** Back to the shop, with what Stripe adds: https://docs.stripe.com/payments/accept-a-payment. */
export function withResult(returnUrl: string, intent: Intent): string {
  const url = new URL(returnUrl);
  const failed = intent.status === 'requires_payment_method' || intent.status === 'canceled';
  const open = intent.status === 'processing' || intent.status === 'requires_action';
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '');
  url.searchParams.set('redirect_status', failed ? 'failed' : open ? 'pending' : 'succeeded');
  return url.href;
}

/** Sends the browser to another page. */
export const seeOther = (location: string): WireAnswer => ({
  status: 303,
  headers: { location, 'referrer-policy': 'no-referrer' },
  body: '',
});
