/** The card of the job page that says why a job is late. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SLOW_JOB } from '../support/ui-fixture/estate.ts';
import { useHarness } from './harness.ts';
import { says } from './settled.ts';

const harness = useHarness();
const CARD = '#diagnosis';

test('a slow job says why, with figures, what to do, and the line of its log', async () => {
  const { page, problems } = await harness.open(`/jobs/${SLOW_JOB}`);
  const card = page.locator(CARD);
  const first = card.locator('.cause').first();

  await says(
    first,
    /Slow sink\s+\d+ % sure/,
    /records per busy second, usually [\d,]+/,
    /→ Look at the store it writes to/,
  );
  await says(
    card,
    /Log line Slow produce request/,
    /No parallelism is proposed: more writers would not make the store faster/,
  );
  assert.match(
    (await card.locator('.cause-log a').getAttribute('href')) ?? '',
    new RegExp(`^/logs\\?.*job=${SLOW_JOB}`),
  );
  assert.deepEqual(problems, []);
  await page.close();
});

test('a calm job says that nothing was found', async () => {
  const { page, problems } = await harness.open('/jobs/etl_pay_clean');
  await page.locator(CARD).getByText('Nothing found that is wrong.').waitFor();

  assert.equal(await page.locator(`${CARD} .cause`).count(), 0);
  assert.deepEqual(problems, []);
  await page.close();
});

test('the card speaks Chinese with the rest, sentences of the daemon included', async () => {
  const { page } = await harness.open(`/jobs/${SLOW_JOB}`);
  await page.locator(`${CARD} .cause`).first().waitFor();
  await page.evaluate(() => window.localStorage.setItem('tidewatch.language', 'zh'));
  await page.reload();
  await page.locator(CARD).getByText('外部存储写入慢').waitFor();

  await says(page.locator(CARD), /每繁忙秒处理 [\d,]+ 条，通常 [\d,]+ 条/);
  await page.close();
});

test('on a narrow screen the card does not overflow', async () => {
  const { page } = await harness.open(`/jobs/${SLOW_JOB}`);
  await page.setViewportSize({ width: 390, height: 800 });
  await page.locator(`${CARD} .cause`).first().waitFor();

  const overflow = await page.locator(CARD).evaluate(card => card.scrollWidth - card.clientWidth);
  assert.ok(overflow <= 1, `${overflow} px wider than the card`);
  await page.close();
});
