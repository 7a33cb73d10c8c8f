/** What is asked of one release of Flink that runs two SQL jobs and ships its own telemetry: each check gives a detail, or throws. */
import assert from 'node:assert/strict';
import { expectLag, expectThroughput, FLOWS } from '../../test/flink/baseline-tests.ts';
import { CLUSTER, FILTER, type FlinkEstate, WINDOW } from '../../test/flink/estate.ts';
import { lineageAbove, linesBy, type Series, seriesOf } from '../../test/flink/figures.ts';
import { tidewatch } from '../../test/support/flink-install.ts';
import { until } from '../../test/support/until.ts';

const PATH = [
  `${FILTER} writes dw_sdk_log_cdo`,
  `${WINDOW} writes dw_sdk_agg`,
  `dw_sdk_log reads ${FILTER}`,
  `dw_sdk_log_cdo reads ${WINDOW}`,
];
const LIMIT_MS = 90_000;

/** An estate whose jobs run. */
export interface RunningEstate {
  readonly estate: FlinkEstate;
  /** Ids by name. */
  readonly jobs: ReadonlyMap<string, string>;
}

export interface Check {
  readonly name: string;
  /** Resolves with what was found; rejects when it is not as it should be. */
  readonly run: (running: RunningEstate) => Promise<string>;
}

interface Finding {
  readonly step: string;
  readonly subject: string;
  readonly state: 'ok' | 'bad' | 'unknown';
  readonly detail: string;
}

/** In the order of the table's columns. */
export const CHECKS: readonly Check[] = [
  { name: 'reporter', run: reporter },
  { name: 'positions', run: ({ estate }) => operatorSeries(estate, ['currentOffset'], 4) },
  { name: 'commits', run: ({ estate }) => operatorSeries(estate, ['committedOffset'], 4) },
  { name: 'records', run: records },
  { name: 'lag', run: lag },
  { name: 'checkpoints', run: checkpoints },
  { name: 'busy', run: busy },
  { name: 'watermarks', run: watermarks },
  { name: 'lines', run: lines },
  { name: 'lineage', run: lineage },
  { name: 'nothing refused', run: nothingRefused },
  { name: 'doctor', run: doctor },
];

async function reporter({ estate: { daemon, flink } }: RunningEstate): Promise<string> {
  const counts = await Promise.all(
    ['jobmanager', 'taskmanager'].map(scope =>
      found(`metrics of the ${scope}`, async () => {
        const series = await seriesOf(daemon, `flink.${scope}.tidewatch.metrics`, {}, Date.now() - LIMIT_MS);
        return series.length >= (scope === 'jobmanager' ? 1 : 2) && series;
      }),
    ),
  );
  const last = counts.flat().map(({ points }) => points.at(-1)?.[1] ?? 0);
  return `Flink ${flink.version}: ${last.join(', ')} metrics`;
}

/** Series of both jobs' Kafka sources: each is there for every partition and moves. */
async function operatorSeries(estate: FlinkEstate, names: readonly string[], partitions: number): Promise<string> {
  for (const name of names)
    await found(`${name} of ${partitions} partitions moves`, async () => {
      const metric = `flink.operator.KafkaSourceReader.${name}`;
      const series = await seriesOf(estate.daemon, metric, {}, Date.now() - LIMIT_MS);
      return series.filter(moves).length === partitions;
    });
  return `${partitions} partitions`;
}

async function records({ estate }: RunningEstate): Promise<string> {
  await Promise.all(FLOWS.map(({ job }) => expectThroughput(estate, job)));
  return 'as the producer counted';
}

async function lag({ estate, jobs }: RunningEstate): Promise<string> {
  await Promise.all(FLOWS.map(flow => expectLag(estate, flow, jobs.get(flow.job) ?? '')));
  return 'as Kafka and Flink say';
}

async function checkpoints({ estate: { daemon } }: RunningEstate): Promise<string> {
  for (const job of [FILTER, WINDOW]) {
    const latest = (metric: string): Promise<Series[]> => seriesOf(daemon, metric, { job }, Date.now() - LIMIT_MS);
    await found(`checkpoints of ${job} complete`, async () =>
      (await latest('flink.job.numberOfCompletedCheckpoints')).some(moves),
    );
    await found(`the age of ${job}'s last checkpoint`, async () => hasValue(await latest('checkpoint_age_ms')));
    await found(`how long ${job}'s checkpoints take`, async () => hasValue(await latest('checkpoint_duration_ms')));
  }
  return 'id, age and duration';
}

async function busy({ estate }: RunningEstate): Promise<string> {
  const aliases = ['busy_ratio', 'back_pressured_ratio', 'idle_ratio'];
  for (const alias of aliases)
    await found(`${alias} of both jobs`, async () => {
      const series = await seriesOf(estate.daemon, alias, {}, Date.now() - LIMIT_MS);
      return new Set(series.filter(one => hasValue([one])).map(({ labels }) => labels['job'])).size === 2;
    });
  return aliases.join(', ');
}

async function watermarks({ estate }: RunningEstate): Promise<string> {
  const names = ['flink.task.currentInputWatermark', 'flink.operator.currentOutputWatermark'];
  for (const name of names)
    await found(`${name} of ${WINDOW} moves`, async () => {
      const series = await seriesOf(estate.daemon, name, { job: WINDOW }, Date.now() - LIMIT_MS);
      return series.some(moves);
    });
  return 'in and out';
}

/** Lines of each process are found by container and application, those of a job's tasks and of its JobMaster by job. */
async function lines({ estate }: RunningEstate): Promise<string> {
  const { daemon, containers, jobManagerContainer } = estate;
  const ofApp = await linesBy(daemon, 'container', { app: CLUSTER });
  for (const container of [jobManagerContainer, ...containers])
    assert.ok(ofApp.has(container), `no lines of ${container}`);
  const counts: string[] = [];
  for (const job of [FILTER, WINDOW]) {
    const found = await linesBy(daemon, 'container', { job });
    const manager = found.get(jobManagerContainer) ?? 0;
    const tasks = containers.reduce((sum, container) => sum + (found.get(container) ?? 0), 0);
    counts.push(`${job}: ${manager} of the JobManager, ${tasks} of TaskManagers`);
    assert.ok(manager > 0 && tasks > 0, `lines are not found by job: ${counts.join('; ')}`);
  }
  return counts.join('; ');
}

async function lineage({ estate }: RunningEstate): Promise<string> {
  const dataset = `kafka://${estate.brokerList}/dw_sdk_agg`;
  const path = await found('the path', async () => {
    const edges = await lineageAbove(estate.daemon, dataset).catch(() => []);
    return edges.length >= PATH.length && edges;
  });
  assert.deepEqual(path, PATH);
  return 'one path of topics';
}

async function nothingRefused({ estate: { daemon } }: RunningEstate): Promise<string> {
  const { dead_letters, streams } = await daemon.get<{
    dead_letters: { total: number };
    streams: { stream: string; errors: object }[];
  }>('/api/v1/status');
  assert.equal(dead_letters.total, 0);
  assert.deepEqual(
    streams.filter(({ errors }) => Object.keys(errors).length > 0),
    [],
  );
  return 'no dead letters';
}

async function doctor({ estate: { daemon, flink } }: RunningEstate): Promise<string> {
  const answer = await tidewatch('doctor', '--flink', flink.rest, '--url', daemon.url, '--json').catch(
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
  const findings = JSON.parse(answer) as readonly Finding[];
  assert.deepEqual(
    findings.filter(({ state }) => state !== 'ok').map(({ step, subject, detail }) => `${step}: ${subject}: ${detail}`),
    [],
  );
  return `${findings.length} findings, all ok`;
}

function found<T>(what: string, look: () => Promise<T>): Promise<Exclude<T, false | null | undefined>> {
  return until(what, look, LIMIT_MS);
}

function moves({ points }: Series): boolean {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  return values.length > 1 && (values.at(-1) ?? 0) > (values[0] ?? 0);
}

function hasValue(series: readonly Series[]): boolean {
  return series.some(({ points }) => points.some(([, value]) => value !== null));
}
