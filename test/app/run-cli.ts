/** The command line as users run it: a process of its own, without variables of the developer's shell. */
import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..', '..');

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `node app/cli.ts …` to its end. */
export function cli(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly input?: string } = {},
): Promise<Run> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEWATCH_')));
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [join(ROOT, 'app', 'cli.ts'), ...args],
      { env: { ...own, ...options.env } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end(options.input ?? '');
  });
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}
