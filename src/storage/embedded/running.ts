/** What the machine says about a running program: is it alive, is it the one we mean, and how does a command end. */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './failure.js';

export { sleep };

export type Ended = { code: number | null; output: string };

/** Environment of every PostgreSQL program: none of the app's secrets, none of the caller's PG* settings. */
export function plainEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** Runs a command to its end and returns exit code and output; `code` is null when it could not be run at all. */
export function runToEnd(command: string, args: string[], ids?: { uid: number; gid: number }): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: '/', env: plainEnvironment(), ...ids };
    execFile(command, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) resolve({ code: 0, output });
      else resolve({ code: typeof error.code === 'number' ? error.code : null, output: output || error.message });
    });
  });
}

/** True when a program with this pid exists, whoever owns it (a zombie counts, as it does for PostgreSQL). */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * A mark that differs between two programs that had the same pid one after the other (in a container every start has
 * the same pids). Undefined when no such program runs, zombies included.
 */
export async function startMark(pid: number): Promise<string | undefined> {
  if (!pidExists(pid)) return undefined;
  if (process.platform !== 'linux') {
    const { code, output } = await runToEnd('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return code === 0 ? output.replaceAll(' ', '_') : undefined;
  }
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Fields after the closing bracket of the name: state is the first, the start in clock ticks the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The command line of a running program; empty for a zombie, undefined when it cannot be read. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const { code, output } = await runToEnd('ps', ['-o', 'command=', '-p', String(pid)]);
    return code === 0 ? output : undefined;
  }
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

/** The folder a running program works in; undefined when it cannot be read (other systems than Linux, zombies). */
export async function workingFolder(pid: number): Promise<string | undefined> {
  return await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
