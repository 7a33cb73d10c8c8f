import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCauseSource } from '../../app/cause-source.ts';
import type { JobDiagnosis } from '../../lineage/diagnosis/diagnose.ts';
import { createLineageService } from '../../lineage/service.ts';
import { ManualClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';

const AT = 1_000_000;

function diagnosis(job: string, confidence: number): JobDiagnosis {
  return {
    job,
    at: AT,
    diagnoses: [
      { kind: 'dead-job', confidence, place: {}, evidence: [], against: [], missing: [], triedInVain: false },
      { kind: 'data-skew', confidence: 0.1, place: {}, evidence: [], against: [], missing: [], triedInVain: false },
    ],
    symptoms: [],
    unknown: [],
    parallelism: [],
    noAdvice: null,
    topologyKnown: true,
  };
}

async function source(confidence = 0.9) {
  const clock = new ManualClock(AT);
  const state = openSqliteStateStore({ path: ':memory:', clock });
  const lineage = createLineageService({ state, clusters: {}, telemetry: createTelemetry(), clock });
  await lineage.accept([{ type: 'job', ts: 1, jobName: 'etl', reads: [], writes: [] }], AT);
  const asked: [string, number][] = [];
  const recorder = { freshnessOf: (name: string) => (name === 'GMV' ? ({ blame: 'etl' } as never) : null) };
  const causes = createCauseSource({
    lineage,
    recorder,
    async diagnose(job, at) {
      asked.push([job, at]);
      return diagnosis(job, confidence);
    },
  });
  return { causes, asked };
}

describe('why an alert is so', () => {
  test('is what diagnosis says first of the job at the tick, in both languages', async () => {
    const { causes, asked } = await source();

    const found = await causes.cause({ job: 'etl' }, AT);

    assert.deepEqual(asked, [['etl', AT]]);
    assert.match(found?.en ?? '', /^\S.* \(90 %\): /);
    assert.match(found?.zh ?? '', /（90 %）：/);
  });

  test('is that of the job a report waits for, which is named', async () => {
    const { causes } = await source();

    assert.match((await causes.cause({ report: 'GMV' }, AT))?.en ?? '', /^etl: /);
  });

  test('is not guessed: neither below one in two, nor for what names no known job', async () => {
    const unsure = await source(0.49);
    const sure = await source();

    assert.equal(await unsure.causes.cause({ job: 'etl' }, AT), null);
    assert.equal(await sure.causes.cause({ job: 'nobody' }, AT), null);
    assert.equal(await sure.causes.cause({ report: 'unheard of' }, AT), null);
    assert.equal(await sure.causes.cause({ topic: 't' }, AT), null);
  });
});
