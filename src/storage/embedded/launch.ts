/** As whom PostgreSQL runs: it refuses to run as root, so root starts it in a user namespace or as another user. */
import { chmod, chown, lstat, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyBinaries, type Binaries } from './binaries.js';
import { EmbeddedUnavailable } from './failure.js';
import { runToEnd } from './running.js';

type SystemUser = { name: string; uid: number; gid: number };

/** `direct`: as we are. `namespace`: as root under `unshare -U`, files stay root's. `user`: as that system user. */
export type Launch = { as: 'direct' } | { as: 'namespace' } | { as: 'user'; user: SystemUser };

export type Command = { command: string; args: string[]; ids?: { uid: number; gid: number } };

/** The command that runs a PostgreSQL program under `launch`. */
export function commandFor(launch: Launch, program: string, args: string[]): Command {
  if (launch.as === 'namespace') return { command: 'unshare', args: ['-U', program, ...args] };
  if (launch.as === 'user') {
    return { command: program, args, ids: { uid: launch.user.uid, gid: launch.user.gid } };
  }
  return { command: program, args };
}

/** Who owns the database folder; undefined when there is none yet. */
async function ownerOf(folder: string): Promise<number | undefined> {
  return (await stat(folder).catch(() => undefined))?.uid;
}

async function systemUsers(): Promise<SystemUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    const user = { name: name ?? '', uid: Number(uid), gid: Number(gid) };
    return user.uid > 0 && user.gid > 0 ? [user] : [];
  });
}

/**
 * Chooses as whom to run. A database folder keeps its owner: root runs it as the user who made it. Throws
 * EmbeddedUnavailable when the folder is somebody else's, or when root finds no way to give up its rights.
 */
export async function chooseLaunch(clusterDir: string, forceNoUserNamespace: boolean): Promise<Launch> {
  const ownUid = process.getuid?.();
  const owner = await ownerOf(clusterDir);
  if (ownUid !== 0) {
    if (owner === undefined || ownUid === undefined || owner === ownUid) return { as: 'direct' };
    throw new EmbeddedUnavailable(
      `The database folder ${clusterDir} belongs to user id ${owner} and this is user id ${ownUid}. ` +
        `Start as its owner, or choose another DATA_DIR.`,
    );
  }
  const users = await systemUsers();
  if (owner !== undefined && owner !== 0) {
    const user = users.find(({ uid }) => uid === owner);
    if (user !== undefined) return { as: 'user', user };
  }
  if (!forceNoUserNamespace && (await runToEnd('unshare', ['-U', 'true'])).code === 0) return { as: 'namespace' };
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (user !== undefined) return { as: 'user', user };
  throw new EmbeddedUnavailable(
    'PostgreSQL does not run as root, user namespaces are not allowed here (unshare -U), and there is no system user ' +
      'postgres or nobody. Start Quittance as a normal user.',
  );
}

/** The nearest folder on the way to `path` that other users may not pass; undefined when all are open. */
async function closedParent(path: string): Promise<string | undefined> {
  const parent = dirname(path);
  if (parent === path) return undefined;
  const closed = await closedParent(parent);
  if (closed !== undefined) return closed;
  return ((await stat(parent)).mode & 0o001) === 0 ? parent : undefined;
}

async function readableByAll(root: string): Promise<boolean> {
  if ((await closedParent(join(root, 'bin', 'postgres'))) !== undefined) return false;
  const programs = await stat(join(root, 'bin', 'postgres'));
  const catalogs = await stat(join(root, 'share', 'postgresql', 'postgres.bki')).catch(() => undefined);
  return (programs.mode & 0o005) === 0o005 && (catalogs === undefined || (catalogs.mode & 0o004) !== 0);
}

async function giveTo(user: SystemUser, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isSymbolicLink()) return;
  if (found.isDirectory()) for (const name of await readdir(path)) await giveTo(user, join(path, name));
  if (found.uid !== user.uid) await chown(path, user.uid, user.gid);
}

export type Place = { dataDir: string; clusterDir: string; passwordFile: string };

/**
 * Lets the other user reach what it needs: opens `dataDir` for passing through (not for listing), gives it the
 * database folder and the password file, and copies programs it could not read. Safe to repeat. Throws
 * EmbeddedUnavailable when a folder above `dataDir` is closed, since opening that one is the operator's decision.
 */
export async function prepareFor(launch: Launch, place: Place, binaries: Binaries): Promise<Binaries> {
  if (launch.as !== 'user') return binaries;
  const { user } = launch;
  const { dataDir } = place;
  const closed = await closedParent(dataDir);
  if (closed !== undefined) {
    throw new EmbeddedUnavailable(
      `PostgreSQL does not run as root, and as user ${user.name} it cannot reach ${dataDir} because ${closed} is closed ` +
        `to other users. Choose a DATA_DIR such as /var/lib/quittance, run chmod o+x ${closed}, start as a normal user.`,
    );
  }
  await chmod(dataDir, ((await stat(dataDir)).mode & 0o777) | 0o001);
  await giveTo(user, place.clusterDir);
  await giveTo(user, place.passwordFile);
  if (await readableByAll(binaries.root)) return binaries;
  return { ...binaries, root: await copyBinaries(binaries.root, dataDir) };
}
