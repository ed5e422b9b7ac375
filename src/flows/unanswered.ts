/** What somebody has asked about a payment and has no answer to yet: nothing else is begun before it is known. */
import { AppError } from '../domain/errors.js';
import type { PaymentFile } from '../domain/payment.js';
import type { Tenant } from '../domain/tenant.js';
import { findOperation } from '../storage/operations.js';
import { scopeOf, type App } from './app.js';
import { askAndSettle } from './ask.js';
import { outside } from './places.js';

/** Milliseconds between looks at an asking that somebody else is doing. */
const WAIT_MS = 100;
/** Looks before a caller is told that the PSP gave no answer. */
export const WAITS = 110;

/**
 * Asks again what has no answer, or waits a moment when this process is just asking it. True when there was something:
 * the payment has to be read again. Throws `psp_silent` when there is no answer again.
 */
export async function answered(app: App, tenant: Tenant, file: PaymentFile): Promise<boolean> {
  const open = file.operations.find(({ status }) => status === 'asked');
  if (open === undefined) return false;
  const operation = await findOperation(app.db, scopeOf(app, tenant.id), open.id);
  const asked = operation?.status === 'asked' ? await askAndSettle(app, tenant, operation) : undefined;
  if (asked?.answer.answer === 'unknown') throw new AppError('psp_silent');
  if (asked === undefined) await aMoment();
  return true;
}

/** As long as it takes until looking again is worth it. */
export async function aMoment(): Promise<void> {
  await outside(() => new Promise((resolve) => setTimeout(resolve, WAIT_MS)));
}
