/** Configure and disconnect: what an app catalog calls for an operator. */
import { ConfigureBody } from '../contract/payment-endpoints.js';
import { toSettings } from '../contract/translate.js';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import { configure } from '../flows/configure.js';
import { disconnect } from '../flows/disconnect.js';
import { readBody } from './body.js';
import { mount, type Door } from './mount.js';

/** Mounts both. */
export function mountTenantRoutes(door: Door, app: App): void {
  mount(door, 'configure', async ({ request, tenantId }) => {
    // A form cannot say what settings need: null, numbers, empty lists.
    if (request.bodyKind === 'form') throw new AppError('wrong_format', { detail: 'the body is a form' });
    const told = toSettings(readBody(request, ConfigureBody, true));
    if (request.heldBack !== undefined) throw request.heldBack;
    return { status: 200, body: { tenantIdentifier: tenantId, configuration: await configure(app, tenantId, told) } };
  });
  mount(door, 'disconnect', async ({ request, tenantId }) => {
    const answers = request.headers['x-confirmation-status'];
    await disconnect(app, tenantId, Array.isArray(answers) ? answers.join(',') : answers);
    return { status: 204 };
  });
}
