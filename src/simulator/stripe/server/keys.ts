/** Who asks: secret and publishable test keys, and the account they stand for. */
import { ApiError } from '../core/errors.js';
import { accountOf } from '../resources/account.js';

export interface Caller {
  account: string;
  browser: boolean;
}

const refused = (message: string, code?: string): ApiError =>
  new ApiError(401, { type: 'invalid_request_error', message, ...(code ? { code } : {}) }, { remembered: false });

/** The key of a request: bearer, basic user name, or (publishable only) the parameter `key`. */
export function keyOf(authorization: string | undefined, params: Record<string, unknown>): string {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return value.trim();
  if (scheme.toLowerCase() === 'basic') return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
  return typeof params.key === 'string' && params.key.startsWith('pk_') ? params.key : '';
}

/** The caller behind a key. Throws 401 for none, a foreign shape or a live key: nothing here is real money. */
export function callerOf(key: string): Caller {
  if (key === '') {
    throw refused(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  const [, kind, ending] = /^(sk|rk|pk)_test_(\w+)$/.exec(key) ?? [];
  if (kind === undefined || ending === undefined) {
    const shown = /^[a-z]{2}_(test|live)_/.exec(key)?.[0] ?? '';
    throw refused(`Invalid API Key provided: ${shown}****. The simulator takes test keys only.`);
  }
  return { account: accountOf(ending), browser: kind === 'pk' };
}

/** Refuses a publishable key where a secret key is needed (401), and accounts this key has no access to (403). */
export function checkAccess(caller: Caller, openToBrowsers: boolean, askedAccount: string | undefined): void {
  if (caller.browser && !openToBrowsers) {
    throw refused(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
      'secret_key_required',
    );
  }
  if (askedAccount !== undefined && askedAccount !== caller.account) {
    const message = `The provided key does not have access to account '${askedAccount}' (or that account does not exist). Application access may have been revoked.`;
    throw new ApiError(403, { type: 'invalid_request_error', code: 'account_invalid', message }, { remembered: false });
  }
}
