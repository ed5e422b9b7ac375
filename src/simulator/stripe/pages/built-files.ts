/** The offline Stripe.js and the scripts of its frames, as built; and the documents of the frames. */
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WireAnswer } from '../server/wire.js';
import { html } from '../server/wire.js';

/** Where the browser files are: beside this file when it was built, in dist/ when the sources run. */
function builtFolder(): string {
  const simulator = dirname(dirname(fileURLToPath(import.meta.url)));
  const parts = simulator.split(sep);
  const source = parts.lastIndexOf('src');
  if (source >= 0 && parts.slice(source + 1).join('/') === 'simulator/stripe') parts[source] = 'dist';
  return join(parts.join(sep), 'browser');
}

const SCRIPTS: Record<string, string> = {
  '/endive/stripe.js': 'stripe.js',
  '/v3/stripe.js': 'stripe.js',
  '/v3/': 'stripe.js',
  '/_sim/elements/elements.js': 'elements.js',
  '/_sim/elements/express.js': 'express.js',
  '/_sim/express/sheet.js': 'sheet.js',
};

/** The frames of Elements by path, and the script that draws each. */
const FRAMES: Record<string, string> = {
  '/_sim/elements/card': '/_sim/elements/elements.js',
  '/_sim/elements/express': '/_sim/elements/express.js',
};
const SHEET = /^\/_sim\/express\/(amazon_pay|apple_pay|google_pay|klarna|link|paypal)$/;

/** The document of a frame; what it looks like is its script's. */
const frameWith = (script: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated Stripe</title><script src="${script}" defer></script></head><body></body></html>
`;

/** The answer for a script or a frame; undefined for any other path. */
export async function builtFile(path: string): Promise<WireAnswer | undefined> {
  const script = FRAMES[path] ?? (SHEET.test(path) ? '/_sim/express/sheet.js' : undefined);
  if (script !== undefined) {
    const policy =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";
    return html(200, frameWith(script), { 'content-security-policy': policy });
  }
  const name = SCRIPTS[path];
  if (name === undefined) return undefined;
  try {
    const body = await readFile(join(builtFolder(), name), 'utf8');
    return {
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-cache',
        'cross-origin-resource-policy': 'cross-origin',
      },
      body,
    };
  } catch {
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `${name} is not built yet: run "npm run build".\n`,
    };
  }
}
