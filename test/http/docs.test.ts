/** The /docs page tells everything in both documents, and needs nothing but itself. */
import { describe, expect, it } from 'vitest';
import { asyncApi } from '../../src/contract/asyncapi.js';
import { ENDPOINTS } from '../../src/contract/endpoints.js';
import { MESSAGES } from '../../src/contract/messages.js';
import { openApi } from '../../src/contract/openapi.js';
import { docsPage, docsPolicy } from '../../src/http/docs.js';

const options = { version: '1.2.3' };
const page = docsPage(openApi(options), asyncApi(options), 'n0nce');

describe('docsPage', () => {
  it('has every endpoint with its path, summary, headers and statuses', () => {
    for (const endpoint of ENDPOINTS) {
      const start = page.indexOf(`<details id="${endpoint.name}"`);
      expect(start, endpoint.name).toBeGreaterThan(0);
      const card = page.slice(start, page.indexOf('</details>', start));
      expect(card).toContain(endpoint.path);
      for (const field of [...endpoint.headers, ...endpoint.query])
        expect(card).toContain(`<code>${field.name}</code>`);
      for (const { status } of [...endpoint.success, ...endpoint.errors]) expect(card).toContain(`>${status}</span>`);
    }
  });

  it('says who may ask', () => {
    const card = (name: string): string => {
      const start = page.indexOf(`<details id="${name}"`);
      return page.slice(start, page.indexOf('</details>', start));
    };
    expect(card('initialize-payment')).toContain('Needs a bearer token.');
    expect(card('payments')).toContain(
      'Needs the customer’s own bearer token, or X-Anonymous-Customer-Unique-Id of a guest.',
    );
    expect(card('keys')).toContain('Needs no bearer token.');
  });

  it('has every message with its members', () => {
    for (const message of MESSAGES) {
      const start = page.indexOf(`<details id="message-${message.name}"`);
      expect(start, message.name).toBeGreaterThan(0);
      const card = page.slice(start, page.indexOf('</details>', start));
      for (const name of Object.keys(message.payload.properties)) expect(card).toContain(`<code>${name}</code>`);
    }
  });

  it('shows the members of shared shapes in their place', () => {
    const card = page.slice(page.indexOf('<details id="initialize-payment"'), page.indexOf('<details id="webhook"'));
    for (const name of ['grandTotal', 'idSalesOrderItem', 'redirectUrl'])
      expect(card).toContain(`<code>${name}</code>`);
  });

  it('loads nothing, runs nothing, and styles under its policy only', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|style="|@import|url\(/);
    expect(page.match(/<style[^>]*>/g)).toEqual(['<style nonce="n0nce">']);
    expect(docsPolicy('n0nce')).toContain("default-src 'none'; style-src 'nonce-n0nce'");
  });

  it('links only to places on the page and to the two files', () => {
    for (const [, href = ''] of page.matchAll(/href="([^"]+)"/g)) {
      if (href.startsWith('#')) expect(page, href).toContain(`id="${href.slice(1)}"`);
      else expect(['/openapi.json', '/asyncapi.json']).toContain(href);
    }
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('escapes what documents say', () => {
    const hostile = { ...openApi(options), info: { title: '<b>x</b>', version: '1', description: '<script>' } };
    const text = docsPage(hostile, asyncApi(options), 'n');
    expect(text).not.toMatch(/<script>|<b>x/);
    expect(text).toContain('&lt;b>x');
  });
});
