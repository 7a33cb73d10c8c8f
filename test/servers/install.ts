/**
 * Real servers for tests, by package name: `startKafka()` and `startElasticsearch()` fetch their jars once with Maven into a
 * cache folder (`$XDG_CACHE_HOME` or `~/.cache`, `tidewatch-test-servers/`) and run them on 127.0.0.1. They need Java 17 and Maven.
 */
import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOCK_POLL_MS = 200;
const FETCH_LIMIT_MS = 600_000;

/** Where servers are kept between runs. */
const CACHE_DIR = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tidewatch-test-servers');

/** Folder of this module: POMs and Java sources. */
export const SERVERS_DIR = import.meta.dirname;

/** Path of a JDK tool: that of `JAVA_HOME` when set. */
export function jdk(tool: 'java' | 'javac' | 'jar'): string {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', tool) : tool;
}

/** Runs a tool to its end; a missing one is named together with the remedy. */
export async function runTool(command: string, args: readonly string[], cwd?: string): Promise<void> {
  try {
    await run(command, args, { cwd, timeout: FETCH_LIMIT_MS, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string };
    if (failure.code === 'ENOENT') {
      throw new Error(
        `${command} is not installed: the tests with real servers need a JDK 17 or later and Maven on the PATH`,
      );
    }
    throw new Error(
      `${command} ${args.join(' ')} failed:\n${failure.stdout ?? ''}${failure.stderr ?? failure.message}`,
    );
  }
}

/** Copies the jars a POM names, with everything they depend on, into `target`. */
export async function copyJars(pom: string, target: string): Promise<void> {
  const goal = 'dependency:copy-dependencies';
  await runTool('mvn', ['-q', '-B', '-ntp', '-f', pom, goal, '-DincludeScope=runtime', `-DoutputDirectory=${target}`]);
}

/**
 * Returns the folder of a server, built by `build` the first time. Parallel test files wait for each other; a build that
 * dies half-way leaves nothing behind that a later one would take for complete.
 */
export async function installOnce(name: string, build: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(CACHE_DIR, name);
  if (await exists(dir)) return dir;
  await withLock(name, async () => {
    if (await exists(dir)) return;
    const half = `${dir}.part`;
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { recursive: true });
    await build(half);
    await rename(half, dir);
  });
  return dir;
}

/** Runs `work` while no other test process runs work of the same name. */
export async function withLock(name: string, work: () => Promise<void>): Promise<void> {
  await mkdir(CACHE_DIR, { recursive: true });
  const unlock = await lock(join(CACHE_DIR, `${name}.lock`));
  try {
    await work();
  } finally {
    await unlock();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function lock(path: string): Promise<() => Promise<void>> {
  const giveUp = Date.now() + FETCH_LIMIT_MS;
  while (Date.now() < giveUp) {
    const file = await open(path, 'wx').catch(() => null);
    if (file) {
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    }
    if (await isStale(path)) await rm(path, { force: true });
    else await delay(LOCK_POLL_MS);
  }
  throw new Error(`another test process holds ${path} for too long`);
}

/** A lock whose process is gone was left behind by a kill. */
async function isStale(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
