/** The command line as users run it: a process of its own, without variables of the developer's shell. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { freePorts } from '../servers/server-process.ts';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** A command that takes longer hangs: one of two seconds takes twenty where many of them share a slow processor. */
const LIMIT_MS = 180_000;

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `node app/cli.ts …` to its end; rejects when a signal ended it, as at the limit. */
export function cli(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly input?: string } = {},
): Promise<Run> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEWATCH_')));
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, 'app', 'cli.ts'), ...args],
      { env: { ...own, ...options.env }, timeout: LIMIT_MS, killSignal: 'SIGKILL' },
      (error, out, err) => {
        if (error?.signal) reject(new Error(`${args.join(' ')} was ended by ${error.signal}\n${out}\n${err}`));
        else resolve({ code: error === null ? 0 : Number(error.code), out, err });
      },
    );
    // A command may end without having read all of it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
