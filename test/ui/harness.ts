/** What every browser test needs: the built interface on the fixture estate, in one Chromium. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { startBrowser, type TestBrowser, type WatchedPage } from '../support/browser.ts';
import { type FixtureOptions, type FixtureServer, startUiFixture } from '../support/ui-fixture-server.ts';

const INDEX = join(import.meta.dirname, '../../web/ui/dist/index.html');

export interface Harness {
  readonly url: string;
  readonly browser: TestBrowser;
  /** Opens a path of the interface. */
  open(path: string): Promise<WatchedPage>;
}

/** Starts server and browser before the tests of a file and stops them after; use the returned object inside tests only. */
export function useHarness(options: { browser?: BrowserContextOptions; fixture?: FixtureOptions } = {}): Harness {
  let server: FixtureServer | undefined;
  let browser: TestBrowser | undefined;
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the harness is not started');
    return part;
  };
  before(async () => {
    if (!existsSync(INDEX)) throw new Error('web/ui/dist is not built: npm run build:ui');
    server = await startUiFixture(options.fixture);
    browser = await startBrowser(options.browser);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    get url() {
      return started(server).url;
    },
    get browser() {
      return started(browser);
    },
    open: path => started(browser).open(started(server).url + path),
  };
}
