/**
 * Duties: what one node of an app does at a time. Whoever claims a duty that is free has it for a while, claims it again
 * as long as it goes on, and gives it back at its end. Only the clock of the database counts.
 */
import { sql } from 'kysely';
import type { Db } from './database.js';

/** Longer than anything a holder does between two claims may take; a dead holder is missed for as long. */
const LEASE_SECONDS = 20;

export interface Claimant {
  duty: string;
  /** The node. */
  holder: string;
}

/** True when the duty is the holder's now, for the whole lease. False when another node has it. */
export async function claimDuty(db: Db, appId: string, { duty, holder }: Claimant): Promise<boolean> {
  const { rows } = await sql`
    insert into duties (app_id, duty, holder, until)
    values (${appId}, ${duty}, ${holder}, clock_timestamp() + ${LEASE_SECONDS}::int * interval '1 second')
    on conflict (app_id, duty) do update set holder = excluded.holder, until = excluded.until
      where duties.holder = excluded.holder or duties.until <= clock_timestamp()
    returning holder`.execute(db);
  return rows.length === 1;
}

/** Gives a duty back, if it is still the holder's: another node may claim it at once. */
export async function giveBackDuty(db: Db, appId: string, { duty, holder }: Claimant): Promise<void> {
  await sql`delete from duties where app_id = ${appId} and duty = ${duty} and holder = ${holder}`.execute(db);
}

/** At the start of a single node: duties of a dead process are free. */
export async function freeDuties(db: Db, appId: string): Promise<void> {
  await sql`delete from duties where app_id = ${appId}`.execute(db);
}
