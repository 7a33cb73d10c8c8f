import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = join(import.meta.dirname, '..', '..', 'app', 'cli.ts');

/** What a process has used since it began, as Linux counts it. */
export interface ProcessUsage {
  readonly cpuMicros: number;
  readonly rssPeakMb: number;
}

/** The daemon in a process of its own, as users run it. */
export interface MeasuredDaemon {
  readonly url: string;
  usage(): ProcessUsage;
  /** p99 of the event-loop delay since the last call, ms. */
  loopDelayP99(): Promise<number>;
  /** Lines its log store holds, as it says itself. */
  storedLines(): Promise<number>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts `tidewatch start` with data and configuration in `dir`; resolves once it is ready. `profileDir`: it leaves a CPU profile
 * of each of its threads there when it stops.
 */
export async function startDaemon(dir: string, config: object, profileDir?: string): Promise<MeasuredDaemon> {
  const file = join(dir, 'config.yaml');
  writeFileSync(file, JSON.stringify({ data_dir: join(dir, 'data'), http: { port: 0 }, ...config }));
  const nodeArgs = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const child = spawn(process.execPath, [...nodeArgs, CLI, 'start', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const url = await addressOf(child);
  await untilReady(url);
  return {
    url,
    usage: () => usageOf(child.pid ?? 0),
    async loopDelayP99() {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^tidewatch_nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1]) * 1000;
    },
    async storedLines() {
      const status = (await (await fetch(`${url}/api/v1/status`)).json()) as {
        stores: { name: string; lines?: number }[];
      };
      return status.stores.find(store => store.name === 'logs')?.lines ?? 0;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      process.removeListener('exit', onExit);
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const output: string[] = [];
  child.once('exit', () => reject(new Error(`the daemon ended early:\n${output.join('\n')}`)));
  if (child.stderr)
    createInterface(child.stderr).on('line', line => {
      output.push(line);
      const address = /"address":"(http:[^"]+)","mode"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
      if (/"level":"(?:warn|error|fatal)"/.test(line)) console.error(line);
    });
  return promise;
}

async function untilReady(url: string): Promise<void> {
  while (!(await fetch(`${url}/readyz`)).ok) await new Promise(resolve => setTimeout(resolve, 50));
}

/** CPU time of all threads and the high-water mark of resident memory, from /proc. */
function usageOf(pid: number): ProcessUsage {
  // fields 14 and 15, counted behind the name in brackets, which may hold blanks; a tick is 10 ms
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMicros: ticks * 10_000, rssPeakMb: Math.round((Number(peak) * 1024) / 1e6) };
}
