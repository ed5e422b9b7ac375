/** Headers of everything the pages answer: what the browser may load, send, frame and keep. */
import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Origins of the connector's browser code, as its page verbs name them. */
export interface Origins {
  script: string[];
  frame: string[];
  connect: string[];
  image: string[];
}

export interface PolicyOptions {
  nonce: string;
  origins: Origins;
  /** Where our own files are. */
  publicUrl: string;
  /** Logo and icon of the tenant. */
  images: string[];
  /** Origins that may frame the page; empty: none. */
  ancestors: string[];
}

export const NO_ORIGINS: Origins = { script: [], frame: [], connect: [], image: [] };

/** A value that is used for one answer alone. */
export function newNonce(): string {
  return randomBytes(18).toString('base64');
}

/** The content security policy: nothing but our own files, the connector's origins and what carries the nonce. */
export function contentPolicy({ nonce, origins, publicUrl, images, ancestors }: PolicyOptions): string {
  const nonced = `'nonce-${nonce}'`;
  const imageOrigins = images.map((url) => new URL(url).origin);
  const directives: [string, string[]][] = [
    ['default-src', ["'none'"]],
    ['script-src', [nonced, `${publicUrl}/assets/islands/`, ...origins.script]],
    ['style-src', ["'self'", nonced]],
    ['frame-src', origins.frame],
    ['connect-src', ["'self'", ...origins.connect]],
    ['img-src', ["'self'", 'data:', ...origins.image, ...imageOrigins]],
    ['base-uri', ["'none'"]],
    ['object-src', ["'none'"]],
    ['form-action', ["'self'"]],
    ['frame-ancestors', ancestors],
  ];
  return directives
    .map(([name, sources]) => `${name} ${sources.length === 0 ? "'none'" : [...new Set(sources)].join(' ')}`)
    .join('; ');
}

/** Headers of every answer, also of failures. Nothing is kept by a cache or told to the next site. */
export function setSecurityHeaders(reply: FastifyReply, publicUrl: string): void {
  void reply.headers({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'permissions-policy': permissions([]),
  });
  if (publicUrl.startsWith('https:')) void reply.header('strict-transport-security', 'max-age=31536000');
}

/** Wallets in the connector's frames need `payment`; nobody needs anything else. */
export function permissions(frames: string[]): string {
  const named = frames.filter((origin) => !origin.includes('*')).map((origin) => `"${origin}"`);
  return `payment=(${['self', ...named].join(' ')}), camera=(), microphone=(), geolocation=()`;
}
