import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/**/*.browser.test.ts', 'node_modules/**'],
    pool: 'threads',
    isolate: false,
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/reporter.mjs'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
