/** The daemon as users run it: `node app/cli.ts start --config FILE` in a process of its own, told apart only by its configuration. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const CLI = join(import.meta.dirname, '..', '..', 'app', 'cli.ts');
const KEPT_LOG = 200_000;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

/** An HTTP answer with its JSON body, null when it has none. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A process of `app/cli.ts`; it ends with the test process, which it does not keep running: not even when a test forgot it. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #output = '';
  #url = '';

  /** Starts `tidewatch` (or another program of it) with these arguments and waits for nothing; `startDaemon` waits until it runs. */
  constructor(args: readonly string[], program = CLI) {
    // Variables of the developer's own shell must not change what is tested.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEWATCH_')));
    this.#child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    const onExit = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', onExit);
    this.#exited = once(this.#child, 'close').then(([code, signal]) => {
      process.removeListener('exit', onExit);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    this.#child.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream instanceof Socket) stream.unref();
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_LOG);
        // A daemon logs its address; the demo, which logs warnings only, says it in words.
        this.#url ||= /(?:"address":"|^\S+ {2}open )(http:[^"\s]+)(?:","mode"|$)/m.exec(this.#output)?.[1] ?? '';
      });
    }
  }

  /** Base URL; empty before the daemon says that it runs. */
  get url(): string {
    return this.#url;
  }

  /** What it wrote to stdout and stderr, the last part of it. */
  get output(): string {
    return this.#output;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves with how the process ended. */
  get exited(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    this.#child.ref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream instanceof Socket) stream.ref();
    return this.#exited;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** SIGTERM; resolves with the exit code and how long it took, ms. */
  async stop(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const begun = performance.now();
    this.#child.kill('SIGTERM');
    const { code } = await this.exited;
    return { code, ms: performance.now() - begun };
  }

  /** SIGKILL, as a machine that loses power. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Body of a GET below the base URL; throws on any status but 200. */
  async get<T>(path: string): Promise<T> {
    const answer = await this.ask<T>('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Answer to a POST, whatever its status; texts and bytes are sent as they are, the rest as JSON. */
  post<T>(path: string, body: object | string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.ask<T>('POST', path, body, headers);
  }

  /** One request; rejects only when there is no answer. */
  async ask<T>(
    method: string,
    path: string,
    body?: object | string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
  }

  readiness(): Promise<Readiness> {
    return this.ask<Readiness>('GET', '/readyz').then(answer => answer.body);
  }

  /** Value in GET /metrics of a metric, its labels written as there; null when it is not there. */
  async metric(name: string): Promise<number | null> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const line = text.split('\n').find(l => l.startsWith(`${name} `));
    return line === undefined ? null : Number(line.slice(name.length + 1));
  }
}

/** A folder for one test file's configurations and data; it goes when the process ends. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-e2e-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes a configuration (text as it is, an object as JSON, which is YAML) and returns its path. */
export function writeConfig(dir: string, name: string, config: object | string): string {
  const file = join(dir, `${name}.yaml`);
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
  return file;
}

/** Starts the daemon with a configuration file and waits until it says its address; rejects with its output when it ends first. */
export async function startDaemon(configFile: string, program = CLI): Promise<Daemon> {
  const daemon = new Daemon(['start', '--config', configFile], program);
  const runs = (): boolean => {
    if (daemon.hasExited) throw new Error(`the daemon ended early:\n${daemon.output}`);
    return daemon.url !== '';
  };
  try {
    await until('the daemon runs', runs, 60_000, () => daemon.output);
  } catch (error) {
    await daemon.kill();
    throw error;
  }
  return daemon;
}
