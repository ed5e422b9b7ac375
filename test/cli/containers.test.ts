/** Dockerfile, compose.yaml and .env.example agree with each other and with the code they start. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const dockerfile = read('Dockerfile').replace(/\\\n\s*/g, '');
const compose = read('compose.yaml');
const example = read('.env.example');
const config = read('src/config.ts');
const readme = read('README.md');

const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found ?? '');
/** Variables that are for other containers, or for compose itself. */
const NOT_OURS = ['POSTGRES_PASSWORD', 'RABBITMQ_PASSWORD'];
const ofExample = matches(example, /^#?([A-Z][A-Z_]+)=/gm);

describe('Dockerfile', () => {
  it('copies what is there, and .dockerignore lets all of it through and nothing else', () => {
    const copied = matches(dockerfile, /^COPY (?!--from)(.+)$/gm).flatMap((line) => line.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
    const ignore = read('.dockerignore').split('\n');
    expect(ignore).toContain('*');
    expect([...new Set(copied)].sort()).toEqual(matches(read('.dockerignore'), /^!(.+)$/gm).sort());
  });

  it('runs scripts that exist, as a user without rights, on the Node we ship on', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(matches(dockerfile, /npm run ([\w:-]+)/g).filter((name) => scripts[name] === undefined)).toEqual([]);
    expect(new Set(matches(dockerfile, /^FROM (\S+)/gm))).toEqual(new Set(['node:24-bookworm-slim']));
    expect(dockerfile).toMatch(/^USER node$/m);
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('ENTRYPOINT ["quittance"]'));
    expect(dockerfile).not.toMatch(/KEY|SECRET|PASSWORD|TOKEN/);
  });

  it('listens where compose and the health check look', () => {
    const env = Object.fromEntries(matches(dockerfile, /^ENV (.+)$/gm).join(' ').split(' ').map((pair) => pair.split('='))); // prettier-ignore
    const { host, port } = readConfig({ ...env }, 'sandbox');
    expect(host).toBe('0.0.0.0');
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${port}$`, 'm'));
    expect(compose).toContain(`127.0.0.1:8080:${port}`);
    expect(dockerfile).toContain('${process.env.PORT}/health/live');
  });
});

describe('compose.yaml', () => {
  it('gives the app variables that it reads', () => {
    const app = compose.slice(compose.indexOf('x-app:'), compose.indexOf('\nservices:'));
    const given = matches(app, /^ {4}([A-Z_]+):/gm);
    expect(given).toEqual(['DATABASE_URL', 'MASTER_KEY', 'PUBLIC_URL']);
    expect(given.filter((name) => !config.includes(`'${name}'`))).toEqual([]);
  });

  it('runs commands and roles that exist, and migrates before anything serves', () => {
    expect(matches(compose, /command: \[(.+)\]/g)).toEqual(['migrate', 'serve, --role, api', 'serve, --role, worker']);
    expect(compose.match(/condition: service_completed_successfully/g)).toHaveLength(1);
    expect(compose.match(/<<: \*app/g)).toHaveLength(3);
  });

  it('asks for everything it cannot do without, and .env.example names it all', () => {
    const named = [...new Set(matches(compose, /\$\{([A-Z_]+)/g))];
    expect(named.filter((name) => !ofExample.includes(name))).toEqual([]);
    const needed = [...new Set(matches(compose, /\$\{([A-Z_]+):\?/g))].sort();
    expect(needed).toEqual(['MASTER_KEY', 'POSTGRES_PASSWORD', 'PUBLIC_URL']);
  });
});

describe('.env.example', () => {
  it('names variables that the app reads and README explains, and holds no secret', () => {
    const ours = ofExample.filter((name) => !NOT_OURS.includes(name));
    expect(ours.filter((name) => !config.includes(`'${name}'`) || !readme.includes(`\`${name}\``))).toEqual([]);
    expect(matches(example, /^((?:.*KEY|.*PASSWORD|.*TOKEN)=.+)$/gm)).toEqual([]);
  });

  it('filled in, is an environment production starts with', () => {
    const lines = matches(example, /^([A-Z_]+=.*)$/gm).map((line) => line.split('=', 2));
    const env = { ...Object.fromEntries(lines), MASTER_KEY: Buffer.alloc(32).toString('base64') };
    const { trustedProxies, publicUrl } = readConfig(env, 'serve');
    expect(publicUrl).toBe('https://pay.example.com');
    expect(trustedProxies).toEqual(['172.16.0.0/12', '192.168.0.0/16']);
    expect(() => readConfig({ ...env, MASTER_KEY: '' }, 'serve')).toThrow('MASTER_KEY');
  });
});
