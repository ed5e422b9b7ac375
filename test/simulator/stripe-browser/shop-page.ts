/**
 * A page as a shop or the payment page would have it, on another origin than the simulator and with a strict content
 * policy: Stripe.js from the simulator, the island, a form with one button and a place for what comes of it.
 */
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';

const ISLAND = new URL('../../../dist/islands/stripe-payment-element.js', import.meta.url);

const STYLE = `body { margin: 0; background: #f4f6f9; color: #1f2733; font: 16px/1.4 system-ui, sans-serif; }
main { max-width: 480px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.25rem; } form { background: #fff; border-radius: 12px; padding: 16px; display: grid; gap: 16px; }
button { min-height: 48px; border: 0; border-radius: 6px; background: #0b5fd0; color: #fff; font: inherit; }
#outcome { overflow-wrap: anywhere; }`;

const SCRIPT = `
const settings = JSON.parse(document.getElementById('settings').textContent);
const show = (text) => { document.getElementById('outcome').textContent = text; };
if (settings.mode === 'island') {
  const { mount } = await import('/island.js');
  const island = mount({ ...settings, element: document.getElementById('card'), on: {
    ready: () => { document.getElementById('pay').disabled = false; document.body.dataset.ready = 'yes'; },
    change: (complete) => { document.body.dataset.complete = String(complete); },
    failed: (reason) => show('failed ' + reason),
  } });
  window.island = island;
  document.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    show('waiting');
    show(JSON.stringify(await island.submit()));
  });
}
document.body.dataset.script = 'done';
`;

export interface ShopPage {
  origin: string;
  /** The address of a page that mounts the island, or with `mode: 'bare'` only loads Stripe.js. */
  url(settings: Record<string, unknown>): string;
  close(): Promise<void>;
}

/** Serves the page for the simulator at `simulator` (an origin) on a free port; `api` is the origin it may call. */
export async function startShopPage(simulator: string, api = simulator): Promise<ShopPage> {
  const island = await readFile(ISLAND);
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://shop');
    if (url.pathname === '/style.css') return response.setHeader('content-type', 'text/css').end(STYLE);
    if (url.pathname === '/page.js') return response.setHeader('content-type', 'text/javascript').end(SCRIPT);
    if (url.pathname === '/island.js') return response.setHeader('content-type', 'text/javascript').end(island);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', policy(simulator, api));
    response.setHeader('referrer-policy', 'no-referrer');
    return response.end(html(simulator, JSON.parse(url.searchParams.get('settings') ?? '{}') as { locale?: string }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: (settings) => {
      const all = { mode: 'island', locale: 'en', returnUrl: `${origin}/return`, ...settings };
      return `${origin}/?settings=${encodeURIComponent(JSON.stringify(all))}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function policy(simulator: string, api: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${simulator}`,
    `frame-src ${simulator}`,
    `connect-src 'self' ${api}`,
    "style-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
  ].join('; ');
}

function html(simulator: string, settings: { locale?: string }): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return `<!doctype html><html lang="${settings.locale === 'de' ? 'de' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Pay</title>
<link rel="stylesheet" href="/style.css"><script src="${simulator}/v3/stripe.js"></script></head>
<body><main><h1>Order 42</h1><form><div id="card"></div><button id="pay" disabled>Pay €42.50</button></form>
<p id="outcome" role="alert"></p></main>
<script type="application/json" id="settings">${json}</script><script type="module" src="/page.js"></script></body></html>`;
}
