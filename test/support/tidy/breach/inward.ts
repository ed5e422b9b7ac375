/** Breaks a wall on purpose: test/tidy.test.ts has to see it. */
export type { Money } from '../../../../src/domain/money.js';
