import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/**/*.browser.test.ts', 'test/**/*.server.test.ts', 'node_modules/**'],
    pool: 'threads',
    isolate: false,
    // Tests wait more than they work, and Vitest would leave one of two cores alone.
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    // A test that needs a second try is named at the end of the run.
    retry: Number(process.env['TEST_RETRIES'] ?? 0),
    reporters: ['default', './test/support/reporter.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
