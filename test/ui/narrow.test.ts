/** Every screen on a phone: nothing is wider than the screen, in Chinese and in the dark theme. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORTS } from '../support/ui-fixture/estate.ts';
import { useHarness } from './harness.ts';

const PATHS = [
  '/',
  '/jobs',
  '/jobs/dwd_order_wide',
  '/logs',
  '/logs?around=line-exception',
  '/lineage',
  '/lineage?root=*',
  '/freshness',
  `/freshness/${encodeURIComponent(REPORTS[0]?.report ?? '')}`,
  '/alerts',
  '/alerts/a1',
  '/rules',
  '/rules/r1',
  '/rules/new',
  '/rules/r1/edit',
  '/rules/r1/edit?side=yaml',
  '/rules/r1/versions',
  '/alerts/a1?silence=1',
  '/silences',
  '/silences/new?m.job=dwd_order_wide',
  '/channels',
  '/on-call',
  '/alerts?tab=deliveries',
  '/inbox',
  '/inbox/m1',
];

const harness = useHarness({
  browser: { viewport: { width: 390, height: 844 }, locale: 'zh-CN', colorScheme: 'dark' },
});

for (const path of PATHS) {
  test(`${path} fits 390 px`, async () => {
    const { page } = await harness.open(path);
    await page.locator('main .skeleton').first().waitFor({ state: 'detached' });
    await page.locator('main :is(.card, .headline):visible').first().waitFor();
    await page.waitForLoadState('networkidle');

    const wide = await page.locator('html').evaluate(root => root.scrollWidth - root.clientWidth);

    assert.equal(wide, 0);
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    await page.close();
  });
}
