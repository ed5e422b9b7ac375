/** Tells stories side by side on one database and collects those that end wrong. */
import { systemClock } from '../../src/clock.js';
import { openDatabase } from '../../src/storage/database.js';
import { gather } from './evidence.js';
import { faultsOf } from './invariants.js';
import { marketPlanOf } from './market-plan.js';
import { cardPlanOf, sentence, type Plan } from './plan.js';
import { play } from './play.js';
import { repeatShares } from './repeat-shares.js';
import { note, openStage, type Stage } from './stage.js';
import { widePlanOf } from './wide-plan.js';
import { openWorld, type World } from './world.js';

export interface Failure {
  seed: number;
  faults: string[];
  /** The plan in sentences. */
  plan: string[];
  trail: string[];
}

export interface Told {
  count: number;
  crashes: number;
  /** Crashes that were a SIGKILL. */
  kills: number;
  milliseconds: number;
  failures: Failure[];
}

export type PlanName = 'cards' | 'wide' | 'market';
/** By turns. Marketplaces have most that can go wrong. */
const TURNS: readonly PlanName[] = ['cards', 'market', 'wide', 'market'];

const PLANS: Readonly<Record<PlanName, (seed: number, kills: boolean) => Plan>> = {
  cards: cardPlanOf,
  wide: widePlanOf,
  market: marketPlanOf,
};

/** The plan of a seed: if it is not said, every second one is of marketplaces, the others of cards and of other ways to pay. */
export function planOf(seed: number, kills = false, plans: PlanName = TURNS[seed % TURNS.length]!): Plan {
  return PLANS[plans](seed, kills);
}

export interface Telling {
  databaseUrl: string;
  seeds: readonly number[];
  /** Which plans; all by turns when it is not said. */
  plans?: PlanName;
  /** So many, the first ones, have an app that is a program of its own and is killed. */
  kills?: number;
  /** Worlds at once. */
  worlds?: number;
  /** Tells apart what several tellers tell on one database at the same time. */
  name?: string;
  /** The bundled program of child.ts, for stories that kill. */
  child?: string;
  onFailure?: (failure: Failure) => void;
}

const WORLDS = 12;
let run = 0;

/** Tells the story of every seed. Never throws for a story; what ends wrong is in `failures`. */
export async function tell(telling: Telling): Promise<Told> {
  const began = systemClock.now();
  const { databaseUrl, kills: killing = 0, worlds = WORLDS, name = '', child = '' } = telling;
  const db = openDatabase(databaseUrl, () => undefined, worlds);
  const told: Told = { count: 0, crashes: 0, kills: 0, milliseconds: 0, failures: [] };
  const killed = telling.seeds.slice(0, killing);
  const others = telling.seeds.slice(killing);
  run += 1;
  // Programs that are killed are expensive: one at a time, while the other worlds tell the rest.
  const work = async (place: number): Promise<void> => {
    const world = await openWorld();
    const next = (): { seed: number | undefined; kills: boolean } =>
      place === 0 && killed.length > 0 ? { seed: killed.shift(), kills: true } : { seed: others.shift(), kills: false };
    try {
      for (let { seed, kills } = next(); seed !== undefined; { seed, kills } = next()) {
        told.count += 1;
        const number = `${name}${run}x${told.count}`;
        const { failure, crashes } = await tellOne({ ...telling, world, db, child, seed, kills, number });
        if (kills) told.kills += crashes;
        told.crashes += crashes;
        if (failure === undefined) continue;
        told.failures.push(failure);
        telling.onFailure?.(failure);
      }
    } finally {
      await world.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(worlds, telling.seeds.length) }, (_, place) => work(place)));
  await db.destroy();
  told.milliseconds = systemClock.now() - began;
  return told;
}

async function tellOne(parts: {
  world: World;
  db: ReturnType<typeof openDatabase>;
  databaseUrl: string;
  child: string;
  seed: number;
  plans?: PlanName;
  kills: boolean;
  number: string;
}): Promise<{ failure?: Failure; crashes: number }> {
  const { world, seed } = parts;
  const plan = planOf(seed, parts.kills, parts.plans);
  let stage: Stage | undefined;
  let faults: string[];
  try {
    stage = await openStage({ ...parts, plan });
    await play(stage);
    const untrue = await repeatShares(stage);
    const evidence = await gather(stage);
    faults = [...untrue, ...faultsOf(stage, evidence)];
    if (faults.length > 0)
      for (const { name, payload, announces } of evidence.told)
        note(stage, `told ${name} ${announces ?? ''} ${JSON.stringify(payload).slice(0, 200)}`);
  } catch (error) {
    faults = [`the story broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
  const last = world.program;
  world.program = undefined;
  last?.die();
  await last?.end().catch(() => undefined);
  const crashes = stage?.crashes ?? 0;
  if (faults.length === 0) return { crashes };
  const lines = plan.beats.map(({ moves, rests }) => `${moves.map(sentence).join(' | ')}${rests ? '' : ' …'}`);
  return { crashes, failure: { seed, faults, plan: lines, trail: stage?.trail ?? [] } };
}
