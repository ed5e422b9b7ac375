/**
 * The app's own part of a tenant's settings, whatever the connector: whether it holds. Each is read where it counts
 * (`facade`, `unwantedMessages`, `cancel.captured`, `returnUrlAllowList`).
 */
import { facadeFaults, originFaults, type FacadeRules } from './facade.js';
import { readPath, type SettingFault } from './tenant.js';
import { unwantedFaults } from './unwanted.js';

/** What a cancel of captured money may do; `reverse` gives everything back. */
export const CANCELS_OF_CAPTURED: readonly string[] = ['refuse', 'reverse'];

/** What is wrong with them, place by place; empty when all is well, also without any. */
export function ownFaults(settings: Readonly<Record<string, unknown>>, rules: FacadeRules): SettingFault[] {
  const captured = readPath(settings, 'cancel.captured') ?? '';
  const isCancel = captured === '' || CANCELS_OF_CAPTURED.includes(String(captured));
  // Also in live mode without https: where its shop is, a tenant knows itself.
  const returns = originFaults('returnUrlAllowList', settings['returnUrlAllowList'] ?? [], { mode: 'test' });
  return [
    ...facadeFaults(settings, rules),
    ...unwantedFaults(settings),
    ...(isCancel ? [] : [{ property: 'cancel.captured', message: `must be ${CANCELS_OF_CAPTURED.join(' or ')}` }]),
    ...returns,
  ];
}
