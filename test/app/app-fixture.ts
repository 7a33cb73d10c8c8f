/** The daemon in this process: embedded stores in a temporary folder, a free port, the machine's own clock. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { App } from '../../app/app.ts';
import { type AppConfig, readAppConfig } from '../../app/config.ts';
import { createTelemetry } from '../../model/telemetry.ts';

export const silent = pino({ level: 'silent' });

/** A temporary folder with a configuration in it. */
export interface Site {
  readonly dir: string;
  /** Writes a file below the folder and returns its path. */
  write(name: string, content: string | object): string;
  /** The configuration as `start` reads it, data below the folder, a free port. */
  config(more?: object): AppConfig;
}

/** A folder that goes when the process ends. */
export function openSite(): Site {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-app-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const write = (name: string, content: string | object): string => {
    const file = join(dir, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return file;
  };
  return {
    dir,
    write,
    config(more = {}) {
      return readAppConfig(write('tidewatch.yaml', { http: { port: 0 }, data_dir: 'data', ...more }), {});
    },
  };
}

export interface RunningApp {
  readonly app: App;
  /** Body of a GET below /api/v1, or of an absolute path; throws on any status but 200. */
  get<T>(path: string): Promise<T>;
  /** Answer to a POST whatever its status: texts as they are, the rest as JSON. */
  post<T>(path: string, body: string | object): Promise<{ readonly status: number; readonly body: T }>;
  /** Takes records in; every one must be accepted. */
  take(stream: string, ...records: readonly object[]): Promise<void>;
}

/** Starts the daemon. */
export async function startApp(config: AppConfig): Promise<RunningApp> {
  const app = new App(config, { logger: silent, telemetry: createTelemetry() });
  await app.start();
  const urlOf = (path: string): string => `${app.address}${path.startsWith('/') ? path : `/api/v1/${path}`}`;
  const running: RunningApp = {
    app,
    async get<T>(path: string) {
      const response = await fetch(urlOf(path));
      const text = await response.text();
      assert.equal(response.status, 200, `GET ${path}: ${text}`);
      return (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T;
    },
    async post<T>(path: string, body: string | object) {
      const isText = typeof body === 'string';
      const response = await fetch(urlOf(path), {
        method: 'POST',
        headers: { 'content-type': isText ? 'application/x-ndjson' : 'application/json' },
        body: isText ? body : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as T };
    },
    async take(stream, ...records) {
      const { status, body } = await running.post<{ accepted: number }>(
        `ingest/${stream}`,
        records.map(r => JSON.stringify(r)).join('\n'),
      );
      assert.deepEqual([status, body.accepted], [200, records.length], JSON.stringify(body));
    },
  };
  return running;
}
