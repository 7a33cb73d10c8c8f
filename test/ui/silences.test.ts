/** Silences: made with what they would do in view, recurring or once, found by state, ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useHarness } from './harness.ts';
import { says } from './settled.ts';

const harness = useHarness();

test('a recurring silence keeps its days and hours, is listed in words and ended', async () => {
  const { page, problems } = await harness.open('/silences/new?m.job=dwd_order_wide');
  await page.locator('[data-testid=silence-effect]').getByText('Matches 1 alert now').waitFor();
  await page.getByRole('button', { name: 'Recurring' }).click();
  await page.getByRole('button', { name: 'Sun' }).click();
  await page.getByLabel('Why').fill('compaction');
  await page.getByRole('button', { name: 'Save' }).click();

  const line = page.locator('[data-testid=silence]');
  await line.getByText('Sun 02:00–04:00 (Asia/Shanghai)').waitFor();
  await says(line, /job="dwd_order_wide"[\s\S]*compaction/);

  page.on('dialog', dialog => void dialog.accept());
  await line.getByRole('button', { name: 'End now' }).click();
  await line.getByText('Ended', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Active/ }).click();
  await page.getByText('No silence').waitFor();
  await page.waitForURL(/state=active/);
  assert.deepEqual(problems, []);
  await page.close();
});

test('matchers without a label are not sent, and nothing named is no preview', async () => {
  const { page } = await harness.open('/silences/new');

  await page.getByText('Name at least one label').waitFor();

  await page.getByLabel('Label', { exact: true }).fill('job');
  await page.getByLabel('Value', { exact: true }).fill('agg_push_1m');
  await page.locator('[data-testid=silence-effect]').getByText('Matches 1 alert now').waitFor();
  await page.close();
});
