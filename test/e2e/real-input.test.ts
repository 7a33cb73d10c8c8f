/**
 * A captured Flink run goes through the topics of a real broker into two daemons, one on Elasticsearch and one on SQLite. What
 * they answer equals what the tests work out from the capture's JSON alone, and what the timeline of the run says happened.
 */
import { after, before } from 'node:test';
import { type CapturedEstate, STORES, startCapturedEstate } from './captured-run/estate.ts';
import { lineageTests } from './captured-run/lineage-tests.ts';
import { logTests } from './captured-run/log-tests.ts';
import { aggregationTests, metricTests } from './captured-run/metric-tests.ts';
import { ruleTests } from './captured-run/rule-tests.ts';

let running: CapturedEstate | undefined;

before(
  async () => {
    running = await startCapturedEstate();
  },
  { timeout: 500_000 },
);
after(() => running?.close());

function estate(): CapturedEstate {
  if (!running) throw new Error('the estate did not start');
  return running;
}

for (const store of STORES) {
  logTests(store, estate);
  metricTests(store, estate);
  lineageTests(store, estate);
}
aggregationTests(estate);
ruleTests(estate);
