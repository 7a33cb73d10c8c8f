import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const READY_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 15_000;

/** Below what Linux gives to connections going out: while a server is down no client that tries again takes its port, or reaches itself. */
const PORTS = { from: 20_000, to: 32_000 };

const RESERVATIONS = join(tmpdir(), 'tidewatch-test-ports');
/** Longer than any test process runs. */
const RESERVED_MS = 3 * 3_600_000;
const reserved: string[] = [];
process.once('exit', () => {
  for (const file of reserved) rmSync(file, { force: true });
});

/** A running server on 127.0.0.1. It ends with the test process, even when that is killed, and does not keep that running. */
export interface TestServer {
  /** Process id of the run under way. */
  readonly pid: number;
  /** Scratch folder: data, configuration, log. */
  readonly dir: string;
  /** Begins again on the same port with the same data, after `stop` or `kill`; resolves once it takes connections. */
  start(): Promise<void>;
  /** SIGTERM, and SIGKILL when that is not enough. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL. Idempotent. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/**
 * A server that listens on `port` and keeps its files in `dir`, not started yet; `env` is added to the environment. `start` throws
 * with the end of the server's log when it dies first. The folder goes when the test process ends, so that a stopped server can
 * be started again.
 */
export function serverProcess(
  command: string,
  args: readonly string[],
  port: number,
  dir: string,
  env: Readonly<Record<string, string>> = {},
): TestServer {
  const logFile = `${dir}/server.log`;
  let child: ChildProcess | null = null;
  process.once('exit', () => {
    child?.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    if (child) return;
    const log = openSync(logFile, 'a');
    const started = spawn(command, args, { stdio: ['pipe', log, log], env: { ...process.env, ...env } });
    closeSync(log);
    child = started;
    const failed = once(started, 'error').then(([error]) => Promise.reject(error as Error));
    const exited = once(started, 'exit').then(() => Promise.reject(new Error(`${command} ended early`)));
    try {
      await Promise.race([waitForPort(port), failed, exited]);
      started.unref();
      if (started.stdin instanceof Socket) started.stdin.unref();
    } catch (error) {
      started.kill('SIGKILL');
      child = null;
      throw new Error(`the server is not ready: ${(error as Error).message}\n${tail(logFile)}`);
    } finally {
      for (const late of [failed, exited]) late.catch(() => {});
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.ref();
    running.kill('SIGCONT');
    running.kill(signal);
    const late = delay(STOP_LIMIT_MS, undefined, { ref: false }).then(() => running.kill('SIGKILL'));
    await Promise.race([exited, late.then(() => exited)]);
  }

  return {
    get pid() {
      return child?.pid ?? 0;
    },
    dir,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

/** `count` ports of 127.0.0.1 that nobody listens on and no other test process gets while this one runs. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (reserve(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

/** Seconds lie between the choice of a port and a server that listens on it: meanwhile a file keeps it from other processes. */
function reserve(port: number): boolean {
  mkdirSync(RESERVATIONS, { recursive: true });
  const file = join(RESERVATIONS, String(port));
  try {
    writeFileSync(file, '', { flag: 'wx' });
  } catch {
    // What a killed process left behind is there for others later.
    const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - since > RESERVED_MS) rmSync(file, { force: true });
    return false;
  }
  reserved.push(file);
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function waitForPort(port: number): Promise<void> {
  const giveUp = performance.now() + READY_LIMIT_MS;
  while (performance.now() < giveUp) {
    if (await takesConnections(port)) return;
    await delay(100);
  }
  throw new Error(`nothing listens on port ${port} after ${READY_LIMIT_MS / 1000} s`);
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-30).join('\n');
}
