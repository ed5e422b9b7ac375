/** The error an operator reads when our own PostgreSQL cannot be used: one line that says what to do. */

const ADVICE = 'Set DATABASE_URL to a PostgreSQL 15 or newer to use that instead.';

/**
 * Our own PostgreSQL cannot be started or adopted. The message is one line meant for the operator and holds no
 * secret; a start command prints it without a stack.
 */
export class EmbeddedUnavailable extends Error {
  override name = 'EmbeddedUnavailable';

  constructor(reason: string, options?: ErrorOptions) {
    super(`${reason.replaceAll(/\s*\n\s*/g, ' ').trim()} ${ADVICE}`, options);
  }
}

/** The `code` of a Node or PostgreSQL error (`ENOENT`, `28P01`), or an empty text. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
