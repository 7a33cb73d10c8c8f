/** Programs of a test run that end, whatever they started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** How long output may still come once a program has ended and what it left behind is killed. */
const LAST_OUTPUT_MS = 5000;

/** Process groups under way, by the process id of their first. */
const groups = new Set<number>();
process.once('exit', () => groups.forEach(kill));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export interface BoundedRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** After so long the program has failed, ms. */
  readonly limitMs: number;
  readonly onOutput: (chunk: Buffer) => void;
}

/**
 * Runs a program to its end and resolves with whether it exited with 0 in time. Its standard input is empty. It has a process group of its
 * own, of which nothing is left afterwards: a server that a failed test forgot neither keeps a run waiting nor outlives it.
 */
export async function runBounded({ program, args, cwd, limitMs, onOutput }: BoundedRun): Promise<boolean> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', onOutput);
  const closed = once(child, 'close');
  const exited = once(child, 'exit');
  // Both reject when there is no such program, which the wait below tells.
  closed.catch(() => undefined);
  if (child.pid !== undefined) groups.add(child.pid);
  const timer = new AbortController();
  const late = delay(limitMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
  const outcome = await Promise.race([exited, late]);
  timer.abort();
  if (child.pid !== undefined) {
    kill(child.pid);
    groups.delete(child.pid);
  }
  await Promise.race([closed, delay(LAST_OUTPUT_MS, undefined, { ref: false })]);
  if (outcome === 'late') {
    onOutput(Buffer.from(`\n${program} was ended: it had not come to its end in ${Math.round(limitMs / 1000)} s\n`));
    return false;
  }
  return outcome[0] === 0;
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
