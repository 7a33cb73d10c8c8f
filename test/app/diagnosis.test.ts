import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { intervalOf } from '../../app/diagnosis/life.ts';
import { ManualClock } from '../../model/clock.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { openSqliteMetricStore } from '../../store/sqlite/metric-store.ts';
import { diagnosisContract } from '../contract/diagnosis.ts';

const MINUTE = 60_000;

diagnosisContract('memory', async () => ({ store: new MemoryMetricStore(), done: async () => undefined }));

diagnosisContract('sqlite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-diagnosis-'));
  const store = await openSqliteMetricStore({ dir, clock: new ManualClock(Date.parse('2026-11-20T08:00:00Z')) });
  return {
    store,
    async done() {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

test('the checkpoint interval is what lies between completed ones', () => {
  assert.equal(intervalOf([5, 5, 6, 6, 7, 7, 8], MINUTE), 2 * MINUTE);
  assert.equal(intervalOf([5, null, 6, null, 7], MINUTE), 2 * MINUTE);
  assert.equal(intervalOf([5, 6, 0, 1, 2], MINUTE), MINUTE, 'a restart counts anew');
  assert.equal(intervalOf([5, 5, 6], MINUTE), null);
  assert.equal(intervalOf([], MINUTE), null);
});
