import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { replayRequest } from '../../../alerting/rule-replay.ts';
import type { Report } from '../../../lineage/lag/freshness-series.ts';
import { burnRules } from '../../../lineage/objectives/burn-rules.ts';
import type { ReportObjective } from '../../../model/objective.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-20T08:00:00Z');

function report(name: string, slo: Partial<ReportObjective> | null = {}): Report {
  return { name, owner: 'trade', reads: [], ...(slo && { slo: { ageMs: MINUTE, target: 0.99, ...slo } }) };
}

describe('burn-rate rules', () => {
  test('a report with an objective has a page and a ticket, one without or that refuses them has none', () => {
    const rules = burnRules([report('GMV'), report('PV', null), report('CTR', { alerts: false })]);

    assert.deepEqual(
      rules.map(({ name, level, condition }) => [name, level, condition]),
      [
        ['report GMV burns its error budget fast', 'critical', 'burn_1h > 14.4 and burn_5m > 14.4'],
        ['report GMV burns its error budget', 'warning', 'burn_1d > 3 and burn_2h > 3'],
      ],
    );
  });

  test('a target so low that the rate is never reached fires when nearly all of the window is bad', () => {
    assert.deepEqual(
      burnRules([report('GMV', { target: 0.8 })]).map(({ condition }) => condition),
      ['burn_1h > 4.5 and burn_5m > 4.5', 'burn_1d > 3 and burn_2h > 3'],
    );
  });

  test('the rule service reads each of them, whatever the report is called', () => {
    const strange = ['交易大盘 "GMV"', 'a{{b}}c', "x' or 1>0", '*'];
    for (const document of burnRules([...strange.map(name => report(name)), report('one', { target: 1 })]))
      assert.equal(compileRule('id', document).name, document.name);
  });

  test('while an hour is bad the page fires for the report and no other, and ends with the short window', async () => {
    const metrics = new MemoryMetricStore();
    const add = (at: number, name: string, window: string, rate: number) =>
      metrics.append([
        { ts: at, labels: { report: name, window }, attrs: {}, values: [['slo_burn_rate', rate]], arrivedAt: at },
      ]);
    for (let m = 0; m < 30; m++) {
      const at = NOW + m * MINUTE;
      await add(at, 'GMV', '1h', m >= 10 ? 20 : 1);
      await add(at, 'GMV', '5m', m >= 8 && m < 20 ? 100 : 0);
      await add(at, 'PV', '1h', 100);
      await add(at, 'PV', '5m', 100);
    }
    const [page] = burnRules([report('GMV')]);

    const { ticks } = await replayRequest(
      compileRule('page', page),
      { from: NOW, to: NOW + 29 * MINUTE, asOf: 'ideal' },
      { reader: metrics, delayMs: 0 },
    );

    const firing = ticks
      .filter(({ groups }) => groups.some(group => group.state === 'firing'))
      .map(({ t }) => (t - NOW) / MINUTE);
    assert.deepEqual([firing[0], firing.at(-1), firing.length], [10, 19, 10]);
    assert.ok(ticks.every(({ groups }) => groups.every(({ labels }) => labels['report'] === 'GMV')));
  });
});
