/** `tidewatch demo` as a visitor runs it: soon after the start the screens have something to show; a restart goes on with the same data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Daemon, scratchDir, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';

/** Seconds on a machine that does nothing else. */
const WITHIN_MS = 180_000;

interface Overview {
  readonly reports: readonly { readonly report: string; readonly age_ms: number | null }[];
  readonly jobs: { readonly total: number; readonly by_status: Readonly<Record<string, number>> };
  readonly pipeline: readonly { readonly stream: string; readonly errors: Readonly<Record<string, number>> }[];
}
interface Lines {
  readonly items: readonly { readonly id: string }[];
  readonly total: { readonly value: number };
}

async function startDemo(config: string): Promise<Daemon> {
  const daemon = new Daemon(['demo', '--config', config]);
  await until(
    'the demo says its address',
    () => {
      if (daemon.hasExited) throw new Error(`the demo ended early:\n${daemon.output}`);
      return daemon.url !== '';
    },
    WITHIN_MS,
  );
  return daemon;
}

/** A release somebody made and another took back, what it broke, one topic nobody reads, one job that ended. */
async function assertLineageOf(daemon: Daemon): Promise<void> {
  const job = 'dwd_device_status_etl';
  const { items: versions } = await daemon.get<{ items: { by: string }[] }>(`/api/v1/jobs/${job}/versions`);
  const { breaks } = await daemon.get<{ breaks: { node: string }[] }>(`/api/v1/lineage/diff?job=${job}&from=1&to=2`);
  const orphans = await daemon.get<{ items: { kind: string; name: string }[] }>('/api/v1/lineage/orphans');
  const cycles = await daemon.get<{ items: object[] }>('/api/v1/lineage/cycles');
  const { jobs } = await daemon.get<Overview>('/api/v1/overview');

  assert.deepEqual(new Set(versions.map(({ by }) => by)), new Set(['release-bot', 'wang.wei', 'li.na']));
  assert.ok(breaks.some(({ node }) => node === 'job:dws_device_online_1m_agg'));
  assert.deepEqual(
    orphans.items.filter(({ kind }) => kind === 'unread').map(({ name }) => name),
    ['dws_search_ctr_1m'],
  );
  assert.deepEqual(cycles.items, []);
  assert.equal(jobs.by_status['CANCELED'], 1);
}

test('a visitor sees jobs, reports with an age, lines, alerts’ rules and an inbox; a stop is clean and a restart goes on', async () => {
  const config = writeConfig(scratchDir(), 'demo', { http: { port: 0 }, data_dir: 'data' });
  const first = await startDemo(config);

  const overview = await until(
    'every report has an age',
    async () => {
      const seen = await first.get<Overview>('/api/v1/overview');
      return seen.reports.length >= 5 && seen.reports.every(r => r.age_ms !== null) ? seen : null;
    },
    WITHIN_MS,
    () => first.output.slice(-2000),
  );
  // Beside the demo's own there are those every job gets, which come one after the other.
  const rules = await until(
    'the rules are there',
    async () => {
      const { items } = await first.get<{ items: { origin: string; name: string }[] }>('/api/v1/rules');
      const own = items.filter(({ origin }) => origin === 'api');
      return own.length >= 5 && own.length < items.length ? own : null;
    },
    WITHIN_MS,
  );
  const page = await fetch(`${first.url}/`);
  const html = await page.text();

  assert.ok(overview.jobs.total >= 30, `${overview.jobs.total} jobs`);
  assert.ok((overview.jobs.by_status['RUNNING'] ?? 0) >= 29, JSON.stringify(overview.jobs.by_status));
  for (const { stream, errors } of overview.pipeline) assert.deepEqual(errors, {}, `refused records of ${stream}`);
  assert.ok(rules.length >= 5);
  assert.match(String(page.headers.get('content-type')), /^text\/html/);
  assert.match(html, /<div id="app">|<script type="module"/, 'the built interface, not a message that it is missing');
  await first.get('/api/v1/inbox');
  const lines = await first.get<Lines>('/api/v1/logs/search?q=checkpoint&limit=1');
  assert.ok(lines.total.value > 100, `${lines.total.value} lines`);

  await assertLineageOf(first);
  const { members } = await first.get<{ members: string[] }>('/api/v1/rotas/dw-oncall/on-call');
  assert.equal(members.length, 1, 'one of two is on call');

  const stopped = await first.stop();
  assert.equal(stopped.code, 0, first.output);

  const second = await startDemo(config);
  const [kept] = lines.items;
  const around = await second.get<{ line: { id: string } }>(
    `/api/v1/logs/around?id=${encodeURIComponent(kept?.id ?? '')}`,
  );
  const again = await second.get<Overview>('/api/v1/overview');
  const { items: allAgain } = await second.get<{ items: { origin: string; name: string }[] }>('/api/v1/rules');
  const rulesAgain = new Set(allAgain.flatMap(({ origin, name }) => (origin === 'api' ? [name] : [])));

  assert.equal(around.line.id, kept?.id, 'lines of the first run are there');
  assert.ok(again.jobs.total >= 30 && again.reports.length >= 5, 'jobs and reports are there at once');
  // Some may have been made after they were first looked at.
  for (const { name } of rules) assert.ok(rulesAgain.has(name), `${name} is there again`);
  assert.equal(rulesAgain.size, allAgain.filter(({ origin }) => origin === 'api').length, 'none is there twice');
  const restarted = Date.now();
  await until(
    'offsets of the second run',
    async () => {
      const answer = await second.get<{ series: object[] }>(`/api/v1/metrics/query?metric=lag&from=${restarted}`);
      return answer.series.length >= 30;
    },
    WITHIN_MS,
  );
  const { items } = await second.get<{ items: { status: Record<string, string> }[] }>('/api/v1/freshness');
  const rewound = items.flatMap(report => Object.entries(report.status).filter(([, status]) => status === 'REWIND'));
  assert.deepEqual(rewound, [], 'the estate goes on where it stood');
  assert.equal((await second.stop()).code, 0, second.output);
});
