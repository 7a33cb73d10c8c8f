/** The daemon with a small estate and a browser before it, for the tests of the lineage screens. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { App } from '../../app/app.ts';
import { readAppConfig } from '../../app/config.ts';
import { startBrowser, type TestBrowser, type WatchedPage } from '../support/browser.ts';
import { estateRecords } from '../support/lineage-estate.ts';

/** What a test file asks of it; it is there once the tests run. */
export interface LineageScreens {
  /** Base URL of the daemon. */
  readonly address: string;
  open(path: string, params?: Readonly<Record<string, string>>): Promise<WatchedPage>;
  /** Takes job events in. */
  ingest(records: readonly object[]): Promise<void>;
}

/** Starts both before a file's tests and ends them after. */
export function lineageScreens(): LineageScreens {
  let dir: string;
  let app: App;
  let browser: TestBrowser;
  const screens: LineageScreens = {
    get address() {
      return app.address;
    },
    open: (path, params = {}) => browser.open(`${app.address}${path}?${new URLSearchParams(params)}`),
    async ingest(records) {
      const answer = await fetch(`${app.address}/api/v1/ingest/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: records.map(record => JSON.stringify(record)).join('\n'),
      });
      const { rejected } = (await answer.json()) as { rejected: unknown[] };
      assert.deepEqual(rejected, []);
    },
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidewatch-lineage-ui-'));
    const env = { TIDEWATCH_DATA_DIR: dir, TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
    app = new App(readAppConfig(null, env), { logger: pino({ level: 'silent' }) });
    await app.start();
    await screens.ingest(estateRecords());
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await app?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return screens;
}

/** A parameter of a page's address. */
export function paramOf(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}
