import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { search } from '../e2e/captured-run/answers.ts';
import { tidewatch } from '../support/flink-install.ts';
import { until } from '../support/until.ts';
import { CLUSTER, FILTER, type FlinkEstate, INTERVAL_MS, WINDOW } from './estate.ts';
import { jobOf, lineageAbove, linesBy, readingsOf, type Series, seriesOf } from './figures.ts';
import { LagWitness } from './lag-witness.ts';

/** What the estate is given in quiet times: events a second, one in three of which the filter keeps. */
export const QUIET = { perSecond: 600, oneIn: 3 } as const;
/** Rates are compared over as many reports. */
const REPORTS = 6;
const SUBTASKS = 2;
const LIMIT = { timeout: 180_000 };

interface Finding {
  readonly step: string;
  readonly subject: string;
  readonly state: 'ok' | 'bad' | 'unknown';
  readonly detail: string;
}

/** A job and the topic it reads. */
interface Flow {
  readonly job: string;
  readonly topic: string;
  /** Records that come into the topic, per second. */
  readonly arriving: number;
}

const MATCHING = QUIET.perSecond / QUIET.oneIn;
export const FLOWS: readonly Flow[] = [
  { job: FILTER, topic: 'dw_sdk_log', arriving: QUIET.perSecond },
  { job: WINDOW, topic: 'dw_sdk_log_cdo', arriving: MATCHING },
];

/** What holds of any Flink that runs quietly, for a suite that runs its tests at once; `jobs` gives the ids by name. */
export function baselineTests(estate: () => FlinkEstate, jobs: () => ReadonlyMap<string, string>): void {
  // what was produced while the jobs were submitted
  before(() => Promise.all(FLOWS.map(({ job }) => untilLevel(estate(), job))), LIMIT);

  test('what both jobs take and write is what the producer counted, to one interval', LIMIT, async () => {
    await Promise.all(FLOWS.map(({ job }) => expectThroughput(estate(), job)));
    // one chain from source to sink, whose task counts neither; the minute this is over may hold the start
    const { status, records_in_per_second, records_out_per_second } = await jobOf(estate().daemon, FILTER);
    assert.equal(status, 'RUNNING');
    assert.ok((records_in_per_second ?? 0) > (records_out_per_second ?? 0), 'the filter lets one in three pass');
    assert.ok((records_out_per_second ?? 0) > 0);
  });

  test('the lag of both jobs is what Kafka and Flink say from outside, to one interval', LIMIT, async () => {
    await Promise.all(FLOWS.map(flow => expectLag(estate(), flow, jobs().get(flow.job) ?? '')));
  });

  test(
    'a search by job, by application and by container finds lines of JobManager and TaskManagers',
    LIMIT,
    async () => {
      const { daemon, containers, jobManagerContainer } = estate();
      const everyone = [jobManagerContainer, ...containers];
      for (const job of [FILTER, WINDOW]) {
        const found = await linesBy(daemon, 'container', { job });
        assert.ok(found.has(jobManagerContainer), `${job} has lines of the JobManager: ${[...found.keys()]}`);
        assert.ok(
          containers.some(container => found.has(container)),
          `${job} has lines of a TaskManager`,
        );
      }
      const ofApp = await linesBy(daemon, 'container', { app: CLUSTER });
      assert.deepEqual(
        everyone.filter(container => !ofApp.has(container)),
        [],
        'every process has lines',
      );
      for (const container of everyone) {
        const { items, total } = await search(daemon, { container, limit: 1 });
        assert.ok(total.value >= (ofApp.get(container) ?? 0), 'as many as the facet said before');
        assert.deepEqual([items[0]?.container_id, items[0]?.app_id], [container, CLUSTER]);
      }
    },
  );

  test('the lineage of the two jobs is one path of topics', LIMIT, async () => {
    const { daemon, brokerList } = estate();
    const path = [
      `${FILTER} writes dw_sdk_log_cdo`,
      `${WINDOW} writes dw_sdk_agg`,
      `dw_sdk_log reads ${FILTER}`,
      `dw_sdk_log_cdo reads ${WINDOW}`,
    ];
    assert.deepEqual(await lineageAbove(daemon, `kafka://${brokerList}/dw_sdk_agg`), path);
  });

  test('nothing that Flink sent was refused or dropped', LIMIT, async () => {
    const { daemon } = estate();
    const { dead_letters, streams } = await daemon.get<{
      dead_letters: { total: number };
      streams: { stream: string; errors: object }[];
    }>('/api/v1/status');
    assert.equal(dead_letters.total, 0);
    assert.deepEqual(
      streams.filter(({ errors }) => Object.keys(errors).length > 0),
      [],
    );
    for (const scope of ['jobmanager', 'taskmanager']) {
      const dropped = await seriesOf(daemon, `flink.${scope}.tidewatch.recordsDropped`, {}, Date.now() - 600_000);
      assert.ok(dropped.length > 0, `${scope} says how many records its reporter dropped`);
      assert.ok(dropped.every(({ points }) => points.every(([, value]) => value === 0)));
    }
  });

  test('doctor finds nothing wrong', LIMIT, async () => {
    const { daemon, flink } = estate();
    const answer = await tidewatch('doctor', '--flink', flink.rest, '--url', daemon.url, '--json');
    const findings = JSON.parse(answer) as readonly Finding[];
    assert.deepEqual(
      findings.filter(({ state }) => state !== 'ok'),
      [],
    );
    assert.ok(findings.length > 0);
  });
}

/** The daemon's lags of a job over some reports, each against the witness at the same instant. */
export async function expectLag({ daemon, rest, endOf }: FlinkEstate, flow: Flow, jobId: string): Promise<void> {
  const { job, topic, arriving } = flow;
  const witness = new LagWitness(rest, jobId, () => endOf(topic));
  witness.start();
  try {
    const from = Date.now();
    const compared = await until(`${REPORTS} lags of ${job} with a witness`, async () => {
      const lags = await readingsOf(daemon, 'lag', { job, topic }, from);
      const pairs = lags.flatMap(({ ts, value }) => {
        const truth = witness.at(ts);
        return truth === null ? [] : [{ value, truth }];
      });
      return pairs.length >= REPORTS && pairs;
    });
    const interval = (arriving * INTERVAL_MS) / 1000;
    for (const { value, truth } of compared) {
      const { low, high } = truth;
      assert.ok(value >= low - interval && value <= high + interval, `${job}: ${value}, truly ${low} to ${high}`);
    }
  } finally {
    await witness.stop();
  }
}

/**
 * What a job's sources took over some reports, and what the filter wrote, against what the producer counted between the first and
 * the last of these reports. Counters of subtasks are compared, so that nothing is averaged.
 */
export async function expectThroughput(estate: FlinkEstate, job: string): Promise<void> {
  const { daemon, producer } = estate;
  await untilLevel(estate, job);
  const from = Date.now();
  const counted = async (metric: string, operator: RegExp): Promise<Counted> => {
    const series = await until(`${REPORTS} reports of ${metric} by both subtasks of ${job}`, async () => {
      const found = await seriesOf(daemon, `flink.operator.${metric}`, { job }, from);
      const wanted = found.filter(
        ({ labels, points }) => operator.test(labels['operator'] ?? '') && points.length > REPORTS,
      );
      return wanted.length === SUBTASKS && wanted;
    });
    return countedBy(series);
  };
  const expectEqual = (what: string, { records, first, last }: Counted, kind: 'sent' | 'matching'): void => {
    const expected = producer.at(last)[kind] - producer.at(first)[kind];
    const tolerance = ((kind === 'sent' ? QUIET.perSecond : MATCHING) * INTERVAL_MS) / 1000;
    assert.ok(Math.abs(records - expected) <= tolerance, `${job} ${what} ${records}, the producer counted ${expected}`);
  };
  expectEqual('took', await counted('numRecordsIn', /^Source/), job === FILTER ? 'sent' : 'matching');
  if (job === FILTER) expectEqual('wrote', await counted('numRecordsSend', /Writer$/), 'matching');
}

/** Waits until a job has caught up with its topic, as the daemon says from now on. */
export async function untilLevel({ daemon }: FlinkEstate, job: string): Promise<void> {
  const from = Date.now();
  await until(`${job} is level`, async () => {
    const lags = await readingsOf(daemon, 'lag', { job }, from);
    return (lags.at(-1)?.value ?? Infinity) < QUIET.perSecond;
  });
}

interface Counted {
  readonly records: number;
  /** Mean time of the first and of the last report, epoch ms. */
  readonly first: number;
  readonly last: number;
}

function countedBy(series: readonly Series[]): Counted {
  const ends = series.map(({ points }) => [points[0]!, points.at(-1)!] as const);
  return {
    records: ends.reduce((sum, [a, b]) => sum + (b[1] ?? 0) - (a[1] ?? 0), 0),
    first: mean(ends.map(([a]) => a[0])),
    last: mean(ends.map(([, b]) => b[0])),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
