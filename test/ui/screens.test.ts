/** Every screen shows its data, in both languages, without an error in the console. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { useHarness } from './harness.ts';
import { counts, says } from './settled.ts';

const SCREENS: readonly { readonly path: string; readonly shows: string; readonly at: string }[] = [
  { path: '/', shows: 'mostly because of dwd_order_wide', at: '.headline' },
  { path: '/', shows: 'Data as of', at: '[data-testid=report]' },
  { path: '/jobs', shows: 'dwd_user_profile', at: '[data-testid=job-row]' },
  { path: '/jobs/dwd_order_wide', shows: 'LEFT JOIN dim_product', at: '.code' },
  { path: '/jobs/dwd_order_wide', shows: 'worker-3', at: '[data-testid=task-manager]:nth-child(3)' },
  { path: '/jobs/dwd_user_profile', shows: 'restarted 4 times without settling', at: '.job-since' },
  { path: '/logs', shows: 'INFO', at: '[data-testid=log-row]' },
  { path: '/lineage', shows: 'dwd_order_wide', at: '.node.blamed' },
  { path: '/lineage', shows: 'dwd_order_wide', at: '[data-testid=waterfall]' },
  { path: '/freshness', shows: 'Data as of', at: '[data-testid=board-report]' },
  { path: '/freshness', shows: 'No objective', at: '[data-testid=board-report]:last-child' },
  { path: '/alerts', shows: 'dwd_order_wide lags', at: '[data-testid=alert]' },
  { path: '/alerts/a1', shows: '> 300,000 and pct(', at: '.formula' },
  { path: '/alerts?tab=deliveries', shows: 'errcode 130101', at: '[data-testid=delivery]:nth-child(2)' },
  { path: '/rules', shows: 'query-failed', at: '[data-testid=rule]:nth-child(3)' },
  { path: '/rules/r1', shows: 'pct({0},{1}) > 0.5', at: '[data-testid=rule-page] .formula' },
  { path: '/rules', shows: 'generated', at: '[data-testid=rule]:nth-child(2)' },
  { path: '/rules/r3', shows: 'rules/push.yaml', at: '[data-testid=rule-page]' },
  { path: '/rules/r3/edit', shows: 'Change it there', at: 'main' },
  { path: '/rules/r1/edit', shows: '1 group would have fired', at: '[data-testid=preview]' },
  { path: '/rules/r1/edit?side=yaml', shows: 'Rule', at: '.card-head' },
  { path: '/rules/r1/versions', shows: 'condition: lag > 600000', at: '.diff-removed' },
  { path: '/silences', shows: 'No silence', at: 'main' },
  { path: '/silences/new?m.job=dwd_order_wide', shows: 'Matches 1 alert now', at: '[data-testid=silence-effect]' },
  { path: '/channels', shows: 'Feishu', at: '[data-testid=channel]:nth-child(3)' },
  { path: '/on-call', shows: 'wang', at: '[data-testid=rota]' },
  { path: '/inbox', shows: 'E-mail', at: '[data-testid=message]:nth-child(2)' },
  { path: '/nowhere', shows: 'There is no such screen', at: 'main' },
];

const harness = useHarness();

for (const { path, shows, at } of SCREENS) {
  test(`${path} shows "${shows}"`, async () => {
    const { page, problems } = await harness.open(path);

    await page.locator(at).filter({ hasText: shows }).first().waitFor();

    assert.deepEqual(problems, []);
    await page.close();
  });
}

test('charts of a job are drawn and name their lines', async () => {
  const { page, problems } = await harness.open('/jobs/dwd_order_wide');

  await page.locator('.chart').nth(3).waitFor();
  const canvas = page.locator('.chart canvas').first();
  const isPainted = () =>
    canvas.evaluate(drawn => {
      const { data } = drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height);
      let opaque = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) opaque++;
      return opaque > 1000;
    });

  await until('more than a thousand pixels are drawn', isPainted);
  await says(page.locator('.chart-legend').first(), /dwd_order\s+\d+ min/);
  assert.deepEqual(problems, []);
  await page.close();
});

test('the language switches in place, keeps the screen and is remembered', async () => {
  const { page, problems } = await harness.open('/jobs?q=etl');
  await page.locator('[data-testid=job-row]').first().waitFor();
  await page.evaluate('window.notReloaded = true');

  await page.getByRole('button', { name: 'Switch to Chinese' }).click();
  await page.getByRole('heading', { name: '作业' }).waitFor();

  await until('the page says its language', async () => {
    return (await page.locator('html').getAttribute('lang')) === 'zh-CN';
  });
  assert.equal(await page.evaluate('window.notReloaded'), true);
  assert.match(page.url(), /\/jobs\?q=etl$/);
  await page.reload();
  await page.getByRole('heading', { name: '作业' }).waitFor();
  assert.deepEqual(problems, []);
  await page.evaluate('localStorage.clear()');
  await page.close();
});

test('a mail runs no script and chat links other than http stay text', async () => {
  const { page } = await harness.open('/inbox/m1');
  const frame = page.frameLocator('iframe.mail');
  await frame.getByText('2 reports are behind').waitFor();

  assert.notEqual(await page.title(), 'owned');

  await page.locator('[data-testid=message]').first().getByRole('link').click();
  await page.locator('.bubble').waitFor();
  await counts(page.locator('.bubble a'), 1);
  assert.equal(await page.locator('.bubble a').getAttribute('href'), `${harness.url}/alerts/a2`);
  await page.close();
});

test('nothing is asked of another host', async () => {
  const hosts = new Set<string>();
  const page = await harness.browser.context.newPage();
  page.on('request', request => hosts.add(new URL(request.url()).host));

  await page.goto(`${harness.url}/lineage`);
  await page.locator('.node').first().waitFor();

  assert.deepEqual([...hosts], [new URL(harness.url).host]);
  await page.close();
});

test('while the daemon does not answer the page keeps what it knows and says so', async () => {
  const { page } = await harness.open('/');
  await page.locator('[data-testid=report]').first().waitFor();

  await page.route('**/api/**', route => route.abort());
  const live = page.locator('.live');
  await live.click();
  await live.click();
  await page.locator('.live.lost').waitFor();
  assert.equal(await page.locator('[data-testid=report]').count(), 5);

  await page.unroute('**/api/**');
  await page.locator('.live.lost').click();
  await page.locator('.live:not(.lost)').waitFor();
  await page.close();
});

test('an answer that is an error is shown with its code and advice', async () => {
  const { page } = await harness.open('/jobs/no_such_job');

  const state = page.getByRole('alert');
  await state.waitFor();

  assert.match(await state.innerText(), /Not found[\s\S]*not-found/);
  await page.close();
});
