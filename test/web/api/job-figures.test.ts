import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../model/clock.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { jobFigures } from '../../../web/api/job-figures.ts';

class AwayStore extends MemoryMetricStore {
  override async window(): Promise<never> {
    throw new StoreAwayError('away');
  }
}

test('while the metric store is away the figures fail as one, and no query is left without anybody to hear of it', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', hear);
  try {
    await assert.rejects(jobFigures(new AwayStore(), new ManualClock(0)), StoreAwayError);
    await new Promise(resolve => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', hear);
  }
  assert.deepEqual(unheard, []);
});
