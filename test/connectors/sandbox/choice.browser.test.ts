/** The sandbox's island in a real browser: three radio buttons that a keyboard and a screen reader can use. */
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ISLAND = new URL('../../../src/connectors/sandbox/island/choice.ts', import.meta.url).pathname;
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

describe('choice', () => {
  let browser: Browser;
  let page: Page;
  let script: string;

  beforeAll(async () => {
    const bundle = await build({
      entryPoints: [ISLAND],
      bundle: true,
      format: 'iife',
      globalName: 'island',
      write: false,
    });
    script = bundle.outputFiles[0]!.text;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    page = await browser.newPage();
  });
  afterAll(async () => browser.close());

  async function mount(locale: string, choices: string[]) {
    await page.setContent('<main id="here"></main>');
    await page.addScriptTag({ content: script });
    await page.evaluate(
      `window.told = []; window.mounted = island.mount({ element: document.getElementById('here'), locale: '${locale}',
        mountData: { choices: ${JSON.stringify(choices)} },
        on: { ready: () => told.push('ready'), change: (complete) => told.push(complete) } }); undefined`,
    );
  }

  it('offers the choices in the language of the page, the first one chosen', async () => {
    for (const [locale, group, first] of [
      ['en', 'Test payment: what should happen?', 'Pay'],
      ['de-CH', 'Testzahlung: Was soll geschehen?', 'Bezahlen'],
      ['fr', 'Test payment: what should happen?', 'Pay'],
    ] as const) {
      await mount(locale, ['pay', 'decline', 'cancel']);
      const radios = page.getByRole('group', { name: group }).getByRole('radio');
      expect(await radios.count()).toBe(3);
      expect(await page.getByLabel(first, { exact: true }).isChecked()).toBe(true);
      expect(await page.evaluate('told')).toEqual(['ready', true]);
    }
  });

  it('submits what the keyboard or a click on a label chose, and leaves nothing behind', async () => {
    await mount('en', ['pay', 'decline', 'cancel']);
    await page.getByLabel('Pay', { exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('mounted.submit()')).toEqual({ outcome: 'choice', choice: 'decline' });
    await page.getByText('Cancel the payment').click();
    expect(await page.evaluate('mounted.submit()')).toEqual({ outcome: 'choice', choice: 'cancel' });
    expect(await page.evaluate('told')).toEqual(['ready', true, true, true]);
    await page.evaluate('mounted.destroy()');
    expect(await page.locator('#here').innerHTML()).toBe('');
  });

  it('says that paying is switched off when there are no choices, and never makes markup of them', async () => {
    await mount('en', []);
    expect(await page.locator('#here').innerText()).toBe('Paying here is switched off.');
    expect(await page.evaluate('told')).toEqual(['ready', false]);
    await mount('en', ['<img src=x>']);
    expect(await page.locator('#here img').count()).toBe(0);
    expect(await page.getByLabel('<img src=x>').count()).toBe(1);
  });
});
