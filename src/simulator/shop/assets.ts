/** The files browsers fetch: the stylesheet, the bundled scripts and the icon, read once and named by their content. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Asset {
  type: string;
  body: string;
}

export type AssetName = 'shop.css' | 'shop.js' | 'headless.js' | 'express.js' | 'mark.svg';

const known = new Map<AssetName, Asset>();

/** The asset; empty when it was not built, because every page also works without its script. */
export function asset(name: AssetName): Asset {
  const present = known.get(name);
  if (present !== undefined) return present;
  const found = readAsset(name);
  known.set(name, found);
  return found;
}

/** An address that changes with the content, so that browsers may keep what they have. */
export function assetUrl(name: AssetName): string {
  const version = createHash('sha256').update(asset(name).body).digest('hex').slice(0, 8);
  return `/assets/${name}?v=${version}`;
}

/** Whether a name is that of a file of the shop pages. */
export function isAssetName(name: string): name is AssetName {
  return name in PLACES;
}

/** From dist/ everything lies beside this file; from src/ the script is taken from dist/, where the build puts it. */
const PLACES: Readonly<Record<AssetName, { type: string; paths: readonly string[] }>> = {
  'shop.css': { type: 'text/css; charset=utf-8', paths: ['./shop.css'] },
  'mark.svg': { type: 'image/svg+xml', paths: ['./mark.svg'] },
  'shop.js': script('shop'),
  'headless.js': script('headless'),
  'express.js': script('express'),
};

function script(name: string) {
  const paths = [`./browser/${name}.js`, `../../../dist/simulator/shop/browser/${name}.js`];
  return { type: 'text/javascript; charset=utf-8', paths };
}

function readAsset(name: AssetName): Asset {
  const { type, paths } = PLACES[name];
  const path = paths
    .map((relative) => fileURLToPath(new URL(relative, import.meta.url)))
    .find((file) => existsSync(file));
  return { type, body: path === undefined ? '' : readFileSync(path, 'utf8') };
}
