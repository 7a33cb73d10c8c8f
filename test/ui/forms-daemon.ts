/** A real daemon with a webhook beside it, and one Chromium: what tests of the forms of notification need. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { App } from '../../app/app.ts';
import { readAppConfig } from '../../app/config.ts';
import { startBrowser, type TestBrowser, type WatchedPage } from '../support/browser.ts';

/** What the API answers of a stored document. */
export interface Document {
  readonly id: string;
  readonly version: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

const CONFIG = `
channels:
  - {name: file-hook, type: webhook, url: "http://127.0.0.1:9/x", allow_private: true}
receivers: {ops: [file-hook]}
routes:
  - {name: of the file, matchers: {team: file}, receivers: [ops], order: 5}
`;

export interface FormsDaemon {
  readonly address: string;
  /** A webhook's receiver: where it listens, and the paths it was asked for. */
  readonly hook: { readonly url: string; readonly received: readonly string[] };
  /** Asks the daemon; what it answers must be a success. `version` is the one to be replaced. */
  api<T>(method: string, path: string, body?: unknown, version?: string): Promise<T>;
  make(kind: string, document: object): Promise<Document>;
  /** The document of a kind by its name. */
  named(kind: string, name: string): Promise<Document | undefined>;
  /** Opens a path of the interface and waits for its first card. */
  open(path: string): Promise<WatchedPage>;
  newPage(): Promise<Page>;
}

/** Starts all of it before the tests of a file and stops it after; use the returned object inside tests only. */
export function useFormsDaemon(): FormsDaemon {
  let dir: string | undefined;
  let app: App | undefined;
  let browser: TestBrowser | undefined;
  let server: Server | undefined;
  const received: string[] = [];
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the daemon of the forms is not started');
    return part;
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidewatch-forms-'));
    server = createServer((request, response) => {
      received.push(request.url ?? '');
      request.resume().on('end', () => response.writeHead(204).end());
    });
    const listening = server;
    await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve));
    await writeFile(join(dir, 'tidewatch.yaml'), CONFIG);
    const env = { TIDEWATCH_DATA_DIR: join(dir, 'data'), TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
    app = new App(readAppConfig(join(dir, 'tidewatch.yaml'), env), { logger: pino({ level: 'silent' }) });
    await app.start();
    browser = await startBrowser();
  });

  after(async () => {
    await browser?.close();
    await app?.stop();
    server?.closeAllConnections();
    server?.close();
    if (dir !== undefined) await rm(dir, { recursive: true, force: true });
  });

  async function api<T>(method: string, path: string, body?: unknown, version?: string): Promise<T> {
    const answer = await fetch(`${started(app).address}/api/v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return (answer.status === 204 ? null : await answer.json()) as T;
  }

  return {
    get address() {
      return started(app).address;
    },
    hook: {
      get url() {
        return `http://127.0.0.1:${(started(server).address() as AddressInfo).port}`;
      },
      received,
    },
    api,
    make: (kind, document) => api('POST', kind, document),
    named: async (kind, name) => (await api<{ items: Document[] }>('GET', kind)).items.find(each => each.name === name),
    async open(path) {
      const opened = await started(browser).open(started(app).address + path);
      await opened.page.locator('main .card').first().waitFor();
      return opened;
    },
    newPage: () => started(browser).context.newPage(),
  };
}

/** Presses the button of the form. */
export function save(page: Page): Promise<void> {
  return page.getByRole('button', { name: 'Save', exact: true }).click();
}
