/** How a tenant wants the payment page to look: title, logo, colour and links from its settings, made safe to use. */
import type { Tenant } from '../domain/tenant.js';
import { readPath } from '../domain/tenant.js';
import { webUrl } from '../flows/payment-page.js';

export interface Look {
  /** Shown in the header; undefined: the page's own word. */
  title?: string;
  logoUrl?: string;
  faviconUrl?: string;
  termsUrl?: string;
  privacyUrl?: string;
  /** Six hex digits behind `#`. */
  color: string;
  /** White or near-black: what is readable on the colour. */
  onColor: string;
  /** The colour, darkened until it is readable on white. */
  accent: string;
}

const DEFAULT_COLOR = '#1f5eff';
const INK = '#10141c';
/** WCAG 2.2, success criterion 1.4.3. */
const READABLE = 4.5;
const TITLE_CHARS = 80;

/** Reads `page.*` of the settings; anything of the wrong shape counts as absent. */
export function lookOf(tenant: Pick<Tenant, 'settings'> | undefined): Look {
  const text = (name: string): string | undefined => {
    const value = tenant === undefined ? undefined : readPath(tenant.settings, `page.${name}`);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const urls = Object.fromEntries(
    ['logoUrl', 'faviconUrl', 'termsUrl', 'privacyUrl'].flatMap((name) => {
      const url = webUrl(text(name));
      return url === undefined ? [] : [[name, url]];
    }),
  );
  const title = text('title')?.slice(0, TITLE_CHARS);
  return { ...(title === undefined ? {} : { title }), ...urls, ...colorsOf(text('primaryColor')) };
}

/** Colours that can be read, whatever colour is asked for. */
export function colorsOf(wanted: string | undefined): Pick<Look, 'color' | 'onColor' | 'accent'> {
  const color = hexColor(wanted) ?? DEFAULT_COLOR;
  const accent = darkened(color);
  if (contrast(color, '#ffffff') >= READABLE) return { color, onColor: '#ffffff', accent };
  // Too light for white and too dark for ink: darkened, it carries white.
  const isLight = contrast(color, INK) >= READABLE;
  return isLight ? { color, onColor: INK, accent } : { color: accent, onColor: '#ffffff', accent };
}

/** Contrast ratio of two `#rrggbb` colours, 1 to 21, by WCAG. */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Origins that may frame the page, from `page.frameAncestors`, each once; empty: none. A wildcard names nobody. */
export function frameAncestors(tenant: Pick<Tenant, 'settings'> | undefined): string[] {
  const list = tenant === undefined ? undefined : readPath(tenant.settings, 'page.frameAncestors');
  if (!Array.isArray(list)) return [];
  const origins = list.flatMap((entry) => {
    const url = webUrl(typeof entry === 'string' && !entry.includes('*') ? entry : undefined);
    return url === undefined ? [] : [new URL(url).origin];
  });
  return [...new Set(origins)];
}

function hexColor(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  if (short !== null)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join('')}`.toLowerCase();
  return /^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : undefined;
}

function darkened(color: string): string {
  let shade = color;
  for (let step = 0; step < 40 && contrast(shade, '#ffffff') < READABLE; step += 1) {
    shade = `#${channels(shade)
      .map((value) =>
        Math.floor(value * 0.94)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
  }
  return shade;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
