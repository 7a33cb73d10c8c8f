/** Diagnosis over a metric store: what it reads means the same on every adapter. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createDiagnosis } from '../../app/diagnosis.ts';
import type { JobInfo } from '../../lineage/graph/job-registry.ts';
import type { Hop } from '../../lineage/lag/hop-graph.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { MetricStore } from '../../store/metric-store.ts';

interface Made {
  readonly store: MetricStore;
  done(): Promise<void>;
}

const AT = Date.parse('2026-11-20T08:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const JOB = 'dwd_order';
const SOURCE = 'Source: ods_order -> Calc';
const SINK = 'Agg -> dwd_order: Writer';
const HOP: Hop = {
  hop: JOB,
  inputs: ['kafka://h:9092/ods_order'],
  output: 'kafka://h:9092/dwd_order',
  windowMs: null,
  allowedOooMs: 0,
  delivery: 'at_least_once',
};
const INFO: JobInfo = {
  name: JOB,
  owner: 'trade',
  sql: null,
  session: null,
  runs: [],
  status: 'RUNNING',
  since: null,
  flaps: 0,
  events: [],
  lastException: null,
};

type Values = Readonly<Record<string, number>>;

/** What the job reports at one instant: tasks of two subtasks, each with its values. */
function report(ts: number, tasks: Readonly<Record<string, readonly Values[]>>): MetricGroup[] {
  const group = (labels: Record<string, string>, values: Values): MetricGroup => ({
    ts,
    labels: { job: JOB, ...labels },
    attrs: { tm_id: 'tm-1', task_attempt_num: '0' },
    values: Object.entries(values),
    arrivedAt: ts,
  });
  return [
    group({}, { restarts: 0, 'flink.job.runningTime': 3_600_000, checkpoint_age_ms: 10_000 }),
    ...Object.entries(tasks).flatMap(([task, subtasks]) =>
      subtasks.map((values, i) => group({ task, subtask: String(i) }, values)),
    ),
  ];
}

function topicReport(ts: number, topic: string, values: Values): MetricGroup {
  return { ts, labels: { hop: JOB, job: JOB, topic }, attrs: {}, values: Object.entries(values), arrivedAt: ts };
}

const load = (busy: number, pressed: number, rate: number): Values => ({
  busy_ratio: busy,
  back_pressured_ratio: pressed,
  idle_ratio: 1 - busy - pressed,
  records_in_per_second: rate,
});

function diagnosisOver(store: MetricStore, info: JobInfo | null = INFO) {
  return createDiagnosis({
    lineage: {
      job: () => info,
      hopGraph: () => ({ hops: [HOP] }),
      impactOf: () => ({ reports: [{ name: 'GMV', owner: 'trade' }], jobs: [] }),
      versions: () => [],
    },
    metrics: () => store,
  });
}

/** An hour, a report every ten seconds: calm, and in the last five minutes what `now` says. */
function history(now: (ts: number, ago: number) => readonly MetricGroup[]): MetricGroup[] {
  const groups: MetricGroup[] = [];
  for (let ago = 60 * MINUTE; ago >= 0; ago -= 10 * SECOND) {
    const ts = AT - ago;
    const calm = [
      ...report(ts, {
        [SOURCE]: [load(0.2, 0, 500), load(0.2, 0, 500)],
        [SINK]: [load(0.5, 0, 500), load(0.5, 0, 500)],
      }),
      topicReport(ts, 'ods_order', {
        lag: 10,
        lag_ms: 500,
        hop_arrival_per_second: 1000,
        hop_processed_per_second: 1000,
        hop_status: 1,
      }),
    ];
    groups.push(...(ago > 5 * MINUTE ? calm : now(ts, ago)));
  }
  return groups;
}

/** Every test gets a store of its own. */
export function diagnosisContract(name: string, make: () => Promise<Made>): void {
  let made: Made | null = null;
  const stored = async (groups: readonly MetricGroup[]): Promise<MetricStore> => {
    made = await make();
    if (groups.length > 0) await made.store.append(groups, { visible: true });
    return made.store;
  };
  afterEach(async () => {
    await made?.done();
    made = null;
  });

  test(`${name}: a sink that became slow is found in the metrics of the job, with its parallelism withheld`, async () => {
    const store = await stored(
      history((ts, ago) => [
        ...report(ts, {
          [SOURCE]: [load(0.05, 0.9, 200), load(0.05, 0.9, 200)],
          [SINK]: [load(1, 0, 200), load(1, 0, 200)],
        }),
        topicReport(ts, 'ods_order', {
          lag: 600 * (300 - ago / SECOND),
          lag_ms: 200_000,
          hop_arrival_per_second: 1000,
          hop_processed_per_second: 400,
          hop_status: 1,
        }),
      ]),
    );
    const answer = await diagnosisOver(store)(JOB, AT);

    assert.deepEqual(
      answer?.diagnoses.map(d => d.kind),
      ['external-sink-slow', 'under-provisioned'],
    );
    const slower = answer?.diagnoses[0]?.evidence.find(({ kind }) => kind === 'slower-records');
    assert.deepEqual(slower, {
      kind: 'slower-records',
      holds: true,
      place: { task: SINK },
      values: { perBusySecond: 200, usual: 1000 },
    });
    assert.deepEqual([answer?.noAdvice, answer?.parallelism, answer?.topologyKnown], ['slow-sink', [], true]);
  });

  test(`${name}: ten minutes ago nothing was wrong with it`, async () => {
    const store = await stored(history(ts => report(ts, { [SINK]: [load(1, 0, 200), load(1, 0, 200)] })));
    const answer = await diagnosisOver(store)(JOB, AT - 10 * MINUTE);
    assert.deepEqual(answer?.diagnoses, []);
  });

  test(`${name}: a job that fell silent, whose reader sees nothing come, is dead`, async () => {
    const store = await stored(
      history(ts => [
        {
          ...topicReport(ts, 'dwd_order', { hop_arrival_per_second: 0 }),
          labels: { hop: 'next', job: 'next', topic: 'dwd_order' },
        },
      ]),
    );
    const answer = await diagnosisOver(store)(JOB, AT);
    const [first] = answer?.diagnoses ?? [];
    assert.deepEqual([first?.kind, first?.confidence], ['dead-job', 0.9]);
    assert.ok(Number(first?.evidence[0]?.values['intervals']) >= 29, JSON.stringify(first?.evidence));
  });

  test(`${name}: a late report whose data spent its age in another hop points there`, async () => {
    const store = await stored(
      history(ts => [
        ...report(ts, { [SOURCE]: [load(0.2, 0, 500)], [SINK]: [load(0.5, 0, 500)] }),
        topicReport(ts, 'ods_order', {
          lag: 10,
          lag_ms: 500,
          hop_arrival_per_second: 1000,
          hop_processed_per_second: 1000,
          hop_status: 1,
        }),
        { ...topicReport(ts, '', { age_ms: 600_000 }), labels: { report: 'GMV' } },
        { ...topicReport(ts, '', { residence_ms: 590_000 }), labels: { report: 'GMV', hop: 'ods_etl' } },
        { ...topicReport(ts, '', { residence_ms: 10_000 }), labels: { report: 'GMV', hop: JOB } },
      ]),
    );
    const answer = await diagnosisOver(store)(JOB, AT);
    assert.deepEqual(
      answer?.diagnoses.map(d => [d.kind, d.place.hop]),
      [['upstream-hop', 'ods_etl']],
    );
  });

  test(`${name}: input that drops is judged by the hour before where no week is kept, at less confidence`, async () => {
    const store = await stored(
      history(ts => [
        ...report(ts, { [SOURCE]: [load(0.01, 0, 5)], [SINK]: [load(0.01, 0, 5)] }),
        topicReport(ts, 'ods_order', {
          lag: 0,
          lag_ms: 500,
          hop_arrival_per_second: 10,
          hop_processed_per_second: 10,
          hop_status: 1,
        }),
      ]),
    );
    const [first] = (await diagnosisOver(store)(JOB, AT))?.diagnoses ?? [];
    assert.deepEqual([first?.kind, first?.confidence], ['upstream-drop', 0.68]);
    assert.deepEqual(
      [first?.evidence[0]?.values['baseline'], first?.evidence[0]?.values['usual']],
      ['last-hour', 1000],
    );
  });

  test(`${name}: a source counts what its source operator counts, since its task counts nothing`, async () => {
    const counter = (ts: number): MetricGroup => ({
      ts,
      labels: { job: JOB, task: SOURCE, subtask: '0', operator: 'Source: ods_order' },
      attrs: {},
      values: [['flink.operator.numRecordsIn', 400 * (ts / SECOND)]],
      arrivedAt: ts,
    });
    const store = await stored(
      history((ts, ago) => [
        ...report(ts, { [SOURCE]: [load(1, 0, 0)] }),
        counter(ts),
        topicReport(ts, 'ods_order', {
          lag: 600 * (300 - ago / SECOND),
          lag_ms: 200_000,
          hop_arrival_per_second: 1000,
          hop_processed_per_second: 400,
          hop_status: 1,
        }),
      ]),
    );
    const answer = await diagnosisOver(store)(JOB, AT);
    const source = answer?.parallelism.find(({ id }) => id === SOURCE);
    assert.equal(answer?.diagnoses[0]?.kind, 'under-provisioned');
    assert.equal(source?.truePerSecond, 400);
    assert.ok((source?.proposed ?? 0) > 1, JSON.stringify(source));
  });

  test(`${name}: nobody knows the job; a known one that never reported has no diagnosis`, async () => {
    const empty = await stored([]);
    assert.equal(await diagnosisOver(empty, null)('nope', AT), null);
    const answer = await diagnosisOver(empty)(JOB, AT);
    assert.deepEqual([answer?.diagnoses, answer?.noAdvice], [[], 'no-tasks']);
  });

  test(`${name}: more subtasks since another run, without effect, are held against too few subtasks`, async () => {
    const run = (jobId: string, firstSeen: number) => ({ jobId, appId: null, status: null, firstSeen, lastSeen: AT });
    const ill = (ts: number, subtasks: number, ago: number): MetricGroup[] => [
      ...report(ts, { [SOURCE]: Array.from({ length: subtasks }, () => load(1, 0, 400 / subtasks)) }),
      topicReport(ts, 'ods_order', {
        lag: 600_000 - 600 * (ago / SECOND),
        lag_ms: 200_000,
        hop_arrival_per_second: 1000,
        hop_processed_per_second: 400,
        hop_status: 1,
      }),
    ];
    const groups: MetricGroup[] = [];
    for (let ago = 20 * MINUTE; ago >= 0; ago -= 10 * SECOND)
      groups.push(...ill(AT - ago, ago > 10 * MINUTE ? 2 : 4, ago));
    const store = await stored(groups);
    const info = { ...INFO, runs: [run('a', AT - 60 * MINUTE), run('b', AT - 10 * MINUTE)] };
    const [first] = (await diagnosisOver(store, info)(JOB, AT))?.diagnoses ?? [];
    assert.deepEqual([first?.kind, first?.triedInVain], ['under-provisioned', true]);
  });
}
