/** Debian's Chromium under playwright-core for the browser tests. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For anything a page is to do: a second, or a minute where many share a slow processor. */
const LIMIT_MS = 90_000;

/** Path of a Chromium, or null where none is installed. */
export function findChromium(): string | null {
  return CANDIDATES.find(path => path !== '' && existsSync(path)) ?? null;
}

export interface TestBrowser {
  readonly context: BrowserContext;
  /** A new page that records what goes wrong in it. */
  open(url: string): Promise<WatchedPage>;
  close(): Promise<void>;
}

export interface WatchedPage {
  readonly page: Page;
  /** Console errors and uncaught exceptions so far. */
  readonly problems: string[];
}

/** Starts Chromium with a fresh profile, which `close` removes. */
export async function startBrowser(options: BrowserContextOptions = {}): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new Error('no Chromium found; install the Debian package chromium or set CHROMIUM');
  const profile = await mkdtemp(join(tmpdir(), 'tidewatch-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Asia/Shanghai',
    timeout: LIMIT_MS,
    ...options,
  });
  context.setDefaultTimeout(LIMIT_MS);
  return {
    context,
    async open(url) {
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', message => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', error => problems.push(error.stack ?? error.message));
      await page.goto(url);
      return { page, problems };
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
