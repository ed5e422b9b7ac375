/**
 * `Idempotency-Key`: the same key of the same tenant on the same route gets the first answer for a day, also while
 * the first request is still under way, and is refused with another body. Optional; without it flows are repeatable too.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../domain/errors.js';
import { later, now, scopeOf, type App } from '../flows/app.js';
import { outside } from '../flows/places.js';
import { claimReply, forgetReply, keepReply } from '../storage/replies.js';
import type { Reply } from './mount.js';

const KEPT_SECONDS = 86_400;
const KEY_CHARS = 255;
const WAIT_MS = 100;
const WAITS = 130;

/** The caller's own name of its request; undefined without one. */
export function requestKeyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const header = headers['idempotency-key'];
  const key = (Array.isArray(header) ? header[0] : header)?.trim();
  return key === '' ? undefined : key;
}

/**
 * Answers from the store, or answers and keeps it. Failures are not kept: a repeat may do better; nor is an answer of
 * which `isKept`, asked when it is there, says no.
 */
export async function repeatable(
  app: App,
  of: { request: FastifyRequest; tenantId: string; route: string; isKept?: () => boolean },
  answer: () => Promise<Reply>,
): Promise<Reply> {
  const key = requestKeyOf(of.request);
  if (key === undefined) return answer();
  if (key.length > KEY_CHARS) throw new AppError('request_refused', { detail: 'the Idempotency-Key is too long' });
  const scope = scopeOf(app, of.tenantId);
  const bodyHash = createHash('sha256')
    .update(of.request.rawBody ?? '')
    .digest('base64url');
  const place = { route: of.route, key };
  for (let wait = 0; wait < WAITS; wait += 1) {
    const claim = await claimReply(app.db, scope, {
      ...place,
      bodyHash,
      now: now(app),
      keptSince: later(app, -KEPT_SECONDS),
    });
    if (claim.bodyHash !== bodyHash) throw new AppError('key_reused');
    if (claim.isMine) return keeping(app, of, place, answer);
    if (claim.status !== undefined && claim.body !== undefined) {
      return {
        status: claim.status,
        body: JSON.parse(await app.vault.open(of.tenantId, 'reply', claim.body)) as unknown,
      };
    }
    await outside(() => new Promise((resolve) => setTimeout(resolve, WAIT_MS)));
  }
  throw new AppError('psp_silent');
}

async function keeping(
  app: App,
  { tenantId, isKept = () => true }: { tenantId: string; isKept?: () => boolean },
  place: { route: string; key: string },
  answer: () => Promise<Reply>,
): Promise<Reply> {
  const scope = scopeOf(app, tenantId);
  try {
    const reply = await answer();
    if (!isKept()) {
      await forgetReply(app.db, scope, place);
      return reply;
    }
    const body = await app.vault.seal(tenantId, 'reply', JSON.stringify(reply.body ?? null));
    await keepReply(app.db, scope, { ...place, status: reply.status, body });
    return reply;
  } catch (error) {
    await forgetReply(app.db, scope, place);
    throw error;
  }
}
