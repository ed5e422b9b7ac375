/** What an app catalog calls for an operator: configure, disconnect, and a look at how things are before either. */
import { ConfigureBody } from '../contract/payment-endpoints.js';
import { toSettings } from '../contract/translate.js';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import { readCatalogue, testSettings } from '../flows/catalogue.js';
import { configure } from '../flows/configure.js';
import { disconnect } from '../flows/disconnect.js';
import { readBody } from './body.js';
import { mount, type Call, type Door } from './mount.js';

/** Mounts all of them. */
export function mountTenantRoutes(door: Door, app: App): void {
  mount(door, 'configure', async ({ request, tenantId, locale }) => {
    const told = settingsIn(request);
    return {
      status: 200,
      body: { tenantIdentifier: tenantId, configuration: await configure(app, tenantId, told, locale) },
    };
  });
  mount(door, 'disconnect', async ({ request, tenantId }) => {
    const answers = request.headers['x-confirmation-status'];
    await disconnect(app, tenantId, Array.isArray(answers) ? answers.join(',') : answers);
    return { status: 204 };
  });
  mount(door, 'catalogue', async ({ reply, tenantId, locale }) => {
    void reply.header('cache-control', 'no-store');
    return { status: 200, body: await readCatalogue(app, tenantId, locale) };
  });
  mount(door, 'catalogue-test', async ({ request, tenantId, locale }) => {
    const { errors, warnings } = await testSettings(app, tenantId, settingsIn(request), locale);
    return { status: 200, body: { isValid: errors.length === 0, errors, warnings } };
  });
}

/** The settings a request tells. Throws `wrong_format`, then whatever was held back until the body was read. */
function settingsIn(request: Call['request']): Record<string, unknown> {
  // A form cannot say what settings need: null, numbers, empty lists.
  if (request.bodyKind === 'form') throw new AppError('wrong_format', { detail: 'the body is a form' });
  const told = toSettings(readBody(request, ConfigureBody, true));
  if (request.heldBack !== undefined) throw request.heldBack;
  return told;
}
