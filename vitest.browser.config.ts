/** Tests that need a real browser (Debian's Chromium, or the one CHROMIUM names). Built files are brought up to date first. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.browser.test.ts'],
    pool: 'forks',
    // Each file has its own browser; two at once are what a small machine bears.
    maxWorkers: 2,
    globalSetup: ['test/simulator/stripe-browser/build-first.mjs'],
    // A test that needs a second try is named at the end of the run.
    retry: Number(process.env['TEST_RETRIES'] ?? 0),
    reporters: ['default', './test/support/reporter.mjs'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
