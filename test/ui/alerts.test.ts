/** The page of an alert: why it fired, taking it on, silencing it; and the channels that tell of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useHarness } from './harness.ts';
import { counts, says } from './settled.ts';

const harness = useHarness();

test('a tick is explained by its formula with values and by why nobody was told', async () => {
  const { page, problems } = await harness.open('/alerts/a1');
  const explain = page.locator('[data-testid=explain]');

  await says(
    explain,
    /Not told\s+The alert interval is not over/,
    /lag > 300,000\s+true/,
    /pct\(\{0\}, \{1\}\) > 0\.5\s+unknown\s+no data to compare with/,
  );
  assert.deepEqual(problems, []);
  await page.close();
});

test('the first thing said is why, what is broken by it and which line tells', async () => {
  const { page, problems } = await harness.open('/alerts/a1');
  const gist = page.locator('[data-testid=gist]');
  await gist.getByText('Slow sink').waitFor();

  assert.match(
    await gist.innerText(),
    /Why\s+Slow sink\s+80 % sure\s+the bottleneck ends in a sink[\s\S]*→ Look at the store[\s\S]*Reports hurt\s+实时 GMV 大屏/,
  );
  assert.match((await gist.getByRole('link', { name: '实时 GMV 大屏' }).getAttribute('href')) ?? '', /^\/freshness\//);
  assert.deepEqual(problems, []);
  await page.close();
});

test('the tick that is explained is a part of the address', async () => {
  const { page } = await harness.open('/alerts/a1');
  await page.locator('[data-testid=explain]').waitFor();

  await page.getByLabel('Check at').selectOption({ index: 2 });

  await page.waitForURL(/[?&]at=\d+/);
  await page.close();
});

test('an alert is taken on for a chosen time and given back', async () => {
  const { page } = await harness.open('/alerts/a1');
  const actions = page.locator('[data-testid=alert-actions]');
  await actions.getByLabel('Acknowledge for').selectOption('12h');
  await actions.getByRole('button', { name: 'Acknowledge' }).click();
  await actions.getByText('li is on it until').waitFor();

  await actions.getByRole('button', { name: 'Give it back' }).click();

  await actions.getByRole('button', { name: 'Acknowledge' }).waitFor();
  await page.close();
});

test('two clicks silence an alert, and the first says what it hushes', async () => {
  const { page } = await harness.open('/alerts/a1');
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  const panel = page.locator('[data-testid=silence-panel]');
  await panel.getByText('hushes 1 alert now').waitFor();

  await panel.getByRole('button', { name: 'Silence it' }).click();
  await panel.waitFor({ state: 'detached' });

  const { items } = await fetch(`${harness.url}/api/v1/silences`).then(answer => answer.json());
  assert.equal(items.length, 1);
  assert.deepEqual(items[0].matchers, { alertname: 'ostream_lag', job: 'dwd_order_wide', topic: 'dwd_order' });
  assert.equal(items[0].ends_at - items[0].starts_at, 2 * 3_600_000);
  await page.close();
});

test('the page of an alert that is over says how it went, and offers nothing that would act on it', async () => {
  const { page, problems } = await harness.open('/alerts/over');
  const alert = page.locator('[data-testid=alert-page]');

  await says(
    alert,
    /Resolved\s+\S+.* to .* · 10 min\s+The condition no longer held/,
    /When it ended lag 12,000 > 300,000/,
    /lag\s+MAX\(lag_ms\)[^\n]*\s+8 min\s+480,000\s+12 s\s+12,000/,
  );
  const actions = alert.locator('[data-testid=alert-actions]');
  await counts(alert.locator('[data-testid=delivery]'), 2);
  assert.deepEqual(await actions.getByRole('button').allInnerTexts(), ['Silence the next ones']);
  assert.deepEqual(
    (await alert.locator('[data-testid=delivery]').allInnerTexts()).map(row => /Resolved|Firing/.exec(row)?.[0]),
    ['Resolved', 'Firing'],
  );
  assert.deepEqual(problems, []);
  await page.close();
});

test('an alert leads to what changed about its job in the day before', async () => {
  const { page } = await harness.open('/alerts/a1');

  await page.locator('[data-testid=changed]').click();

  await page.waitForURL(/\/jobs\/dwd_order_wide\/versions\?.*new=1/);
  await page.close();
});

test('an alert whose job did not change before it leads to no change', async () => {
  const { page } = await harness.open('/alerts/over');
  await page.locator('[data-testid=end-formula]').waitFor();
  await page.waitForLoadState('networkidle');

  assert.equal(await page.locator('[data-testid=changed]').count(), 0);
  await page.close();
});

test('the job of an alert stands between what it reads and writes', async () => {
  const { page } = await harness.open('/alerts/a1');
  const path = page.locator('[data-testid=path-snippet]');

  await says(path, /reads[\s\S]*dwd_order[\s\S]*dwd_order_wide[\s\S]*writes/);
  await page.close();
});

test('a channel that refuses its test is not said to work', async () => {
  const { page } = await harness.open('/channels');
  const dingtalk = page.locator('[data-testid=channel]').filter({ hasText: 'dw-dingtalk refused' });
  await page.locator('[data-testid=channel]').filter({ hasText: 'Being tried again' }).first().waitFor();
  await page.locator('[data-testid=channel]').nth(1).getByRole('button', { name: 'Test' }).click();

  await says(dingtalk, /Does not deliver/, /sign\s+errcode 310000[\s\S]*check the secret/);
  await page.close();
});

test('a channel nothing was sent through is not said to work either', async () => {
  const { page } = await harness.open('/channels');

  await page.locator('[data-testid=channel]').filter({ hasText: 'dw-feishu' }).getByText('Not used yet').waitFor();
  await page.locator('[data-testid=channel]').filter({ hasText: 'dw-oncall-mail' }).getByText('Works').waitFor();

  await page.close();
});

test('a rota says who is on call now and at the handovers that follow', async () => {
  const { page } = await harness.open('/on-call');
  const rota = page.locator('[data-testid=rota]');
  await counts(rota.locator('li'), 3);

  const names = (await rota.locator('li').allInnerTexts()).map(text => /^(?:li|wang)\b/.exec(text)?.[0]);

  assert.equal(names.length, 3, 'two weeks have three turns');
  assert.equal(new Set(names.slice(0, 2)).size, 2, 'they take turns');
  assert.equal(names[0], names[2]);
  await page.close();
});
