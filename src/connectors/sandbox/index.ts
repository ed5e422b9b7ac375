/**
 * The sandbox: a PSP without any outside service. It remembers nothing, moves no money, and its outcomes are chosen
 * by the amount or by configuration. It is the template for connector authors; see README.md beside this file.
 */
import type { ConfigurationReport, Connector, Settings } from '../../kit/index.js';
import { checkShape, originFault } from '../../kit/index.js';
import { marketplace } from './marketplace.js';
import { page } from './page.js';
import { capturing, paymentMethods, readSettings, settingsSchema } from './settings.js';
import { settingsTexts } from './settings-texts.js';
import { cancel, capture, confirm, initialize, readBack, refund } from './verbs.js';
import { webhooks } from './webhooks.js';

export { signatureHeader as signSandboxWebhook } from '../../kit/index.js';
export { settingsSchema } from './settings.js';
export type { SandboxSettings } from './settings.js';

export const sandboxConnector: Connector = {
  name: 'sandbox',
  title: 'Sandbox',
  configuration: {
    schema: settingsSchema,
    secrets: ['webhookSecret'],
    public: ['mode'],
    webhookSecrets: ['webhookSecret'],
    texts: settingsTexts,
  },
  mode: () => 'test',
  validate,
  paymentMethods,
  capturing,
  initialize,
  capture,
  cancel,
  refund,
  confirm,
  readBack,
  webhooks,
  marketplace,
  page,
};

/** The verbs a connector may lack. */
export type OptionalVerb = 'paymentMethods' | 'readBack' | 'endpoints' | 'page' | 'confirm' | 'marketplace';

/** The sandbox without some of its optional verbs, to test what the app does when a PSP lacks them. */
export function sandboxWithout(...verbs: OptionalVerb[]): Connector {
  const connector = { ...sandboxConnector };
  for (const verb of verbs) delete connector[verb];
  return connector;
}

/** What a form has emptied counts as never entered. */
function withoutEmpty(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '' && value !== null));
}

/** Checks the shape, then plays a PSP that refuses the settings or does not answer, when they ask for it. */
async function validate(settings: Settings): Promise<ConfigurationReport> {
  const report = checkShape(settingsSchema, withoutEmpty(settings));
  const { page: look, outcomes, onboarding } = readSettings(settings);
  if (report.isValid && (onboarding?.strategy ?? 'api') !== 'api' && !/^https?:\/\//.test(onboarding?.url ?? '')) {
    const errorMessages = ['must be an address, because the shop is told not to ask us'];
    return { ...report, isValid: false, errors: [{ property: 'onboarding.url', errorMessages }] };
  }
  const fault = report.isValid && look?.frameAncestors?.map((origin) => originFault(origin, 'test')).find(Boolean);
  if (fault)
    return { ...report, isValid: false, errors: [{ property: 'page.frameAncestors', errorMessages: [fault] }] };
  const outcome = outcomes?.configure;
  if (!report.isValid || outcome === undefined || outcome === 'success') return report;
  if (outcome === 'no_answer') {
    return { ...report, warnings: ['The sandbox gave no answer, so the settings are checked for their shape only'] };
  }
  const errorMessages = ['The sandbox refuses these settings, because outcomes.configure is decline'];
  return { isValid: false, errors: [{ property: 'outcomes.configure', errorMessages }], warnings: [] };
}
