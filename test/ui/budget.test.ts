/** What the interface weighs, gzipped: measured on the files a browser asks for, not on what the build believes. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BUDGET } from '../../web/ui/build/budget.ts';
import { useHarness } from './harness.ts';

const DIST = join(import.meta.dirname, '../../web/ui/dist');
const harness = useHarness({ browser: { locale: 'zh-CN' } });

function weight(files: Iterable<string>): number {
  return [...files].map(file => gzipSync(readFileSync(join(DIST, file))).length).reduce((a, b) => a + b, 0);
}

test('the first screen with data is within its budget', async () => {
  const files = new Set(['index.html']);
  const page = await harness.browser.context.newPage();
  page.on('request', request => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/assets/')) files.add(pathname);
  });

  await page.goto(harness.url);
  await page.locator('[data-testid=report]').first().waitFor();

  assert.ok(files.size > 3, 'scripts and styles were asked for');
  assert.ok(weight(files) <= BUDGET.firstLoad, `${weight(files)} B`);
  await page.close();
});

test('everything together is within its budget', () => {
  const all = weight(globSync('**/*.{js,css,html}', { cwd: DIST }));

  assert.ok(all <= BUDGET.total, `${all} B`);
});
