/**
 * Rows that did their work and that nobody needs any more. What a payment announced once stays with the payment, because
 * those rows keep it from being announced again; so does what waits, and what a person has to look at.
 */
import { sql } from 'kysely';
import type { Db } from './database.js';

export interface Old {
  /** Webhooks, commands and messages that were finished before this moment (ISO text). */
  finishedBefore: string;
  /** Answers for repeated keys that were kept before this moment. */
  repliesBefore: string;
  /** Rows of each kind at once, so that no statement takes long. */
  limit: number;
}

/** Deletes the oldest of them, of all tenants, in one commit. Returns how many; zero when none is left. Safe to repeat. */
export async function deleteOldRows(db: Db, appId: string, old: Old): Promise<number> {
  const { finishedBefore, repliesBefore, limit } = old;
  // Arrays, because a subquery behind `in` may be run again for each row, and then knows no limit.
  const { rows } = await sql<{ count: number }>`
    with heard as (
      delete from inbox where app_id = ${appId} and id = any(array(
        select id from inbox where app_id = ${appId} and state = 'done' and finished_at < ${finishedBefore}::timestamptz
        order by id limit ${limit} for update skip locked)) returning 1
    ), told as (
      delete from outbox where app_id = ${appId} and id = any(array(
        select id from outbox where app_id = ${appId} and state = 'acknowledged' and announces is null
          and finished_at < ${finishedBefore}::timestamptz
        order by id limit ${limit} for update skip locked)) returning 1
    ), answered as (
      delete from replies where app_id = ${appId} and ctid = any(array(
        select ctid from replies where app_id = ${appId} and created_at < ${repliesBefore}::timestamptz
        limit ${limit} for update skip locked)) returning 1
    )
    select ((select count(*) from heard) + (select count(*) from told) + (select count(*) from answered))::int as count`
    .execute(db); // prettier-ignore
  return rows[0]?.count ?? 0;
}
