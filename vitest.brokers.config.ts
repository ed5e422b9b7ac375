/** Tests with the real servers of brokers (RabbitMQ, NATS, SNS and SQS): a missing server is a failure. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.server.test.ts'],
    pool: 'threads',
    // Each server gets the machine for itself.
    fileParallelism: false,
    globalSetup: ['test/support/global-setup.ts'],
    // A test that needs a second try is named at the end of the run.
    retry: Number(process.env['TEST_RETRIES'] ?? 0),
    reporters: ['default', './test/support/reporter.mjs'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
