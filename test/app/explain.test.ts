import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createImpactSource, createLogSource } from '../../app/explain.ts';
import { createLineageService, type LineageService } from '../../lineage/service.ts';
import { ManualClock } from '../../model/clock.ts';
import type { JobEvent } from '../../model/job-event.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import type { LogQuery } from '../../store/log-query.ts';
import type { LogItem, LogSearch, LogStore } from '../../store/log-store.ts';
import { MemoryDocs } from '../collector/fakes.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

/** ods -> etl -> dwd -> agg -> dws, read by a report. */
async function lineage(): Promise<LineageService> {
  const docs = new MemoryDocs();
  const service = createLineageService({
    state: { list: async () => [], putMany: (kind, all) => docs.putMany(kind, all), delete: async () => {} },
    clusters: {},
    telemetry: createTelemetry(),
    clock: new ManualClock(NOW),
  });
  await service.start();
  const job = (jobName: string, owner: string, reads: string, writes: string): JobEvent => ({
    type: 'job',
    ts: NOW,
    jobName,
    owner,
    reads: [reads],
    writes: [writes],
  });
  await service.accept(
    [
      job('etl', 'trade', 'kafka://h:1/ods', 'kafka://h:1/dwd'),
      job('agg', 'trade', 'kafka://h:1/dwd', 'kafka://h:1/dws'),
      { type: 'report', ts: NOW, name: 'GMV', owner: 'board', reads: ['kafka://h:1/dws'] },
    ],
    NOW,
  );
  return service;
}

describe('whose an alert is and what it breaks', () => {
  const CASES: readonly (readonly [
    sentence: string,
    labels: Record<string, string>,
    owner: string,
    reports: readonly string[],
  ])[] = [
    ['a report is its owner’s and affects itself', { report: 'GMV' }, 'board', ['GMV']],
    ['a job is its owner’s and affects the reports behind it', { job: 'etl', topic: 'ods' }, 'trade', ['GMV']],
    ['a topic has no owner and affects the reports behind it', { topic: 'dwd' }, '', ['GMV']],
    ['a job nobody knows is nobody’s and affects nothing', { job: 'nope' }, '', []],
    ['an alert without any of these neither', { region: 'east' }, '', []],
  ];
  for (const [sentence, labels, owner, reports] of CASES) {
    test(sentence, async () => {
      const impact = createImpactSource(await lineage());

      assert.equal(impact.ownerOf(labels), owner);
      assert.deepEqual(impact.affects(labels), reports);
    });
  }
});

/** A log store that answers by level and keeps what it was asked. */
function logsWith(lines: readonly Partial<LogItem>[]) {
  const asked: LogSearch[] = [];
  const store: Pick<LogStore, 'search' | 'around'> = {
    async search(search) {
      asked.push(search);
      const items = lines.filter(l => levelsOf(search.query).includes(l.level ?? '')).map(itemOf);
      return { items, total: { value: items.length, relation: 'eq' }, next: null };
    },
    async around({ id, scope, before, after }) {
      if (id === 'lonely') throw new Error('the store is away');
      const line = lines.find(l => l.id === id);
      return {
        before: [itemOf({ ts: NOW - 2, message: `${before} before in its ${scope}` })],
        line: itemOf(line ?? {}),
        after: [itemOf({ ts: NOW + 2, level: 'WARN', message: `${after} after` })],
      };
    },
  };
  return { asked, store };
}

function levelsOf(query: LogQuery): readonly string[] {
  if (query.kind === 'level') return query.levels;
  return query.kind === 'and' || query.kind === 'or' ? query.of.flatMap(levelsOf) : [];
}

function itemOf(more: Partial<LogItem>): LogItem {
  return {
    id: 'line-1',
    ts: NOW,
    level: 'INFO',
    logger: 'l',
    thread: 't',
    message: 'm',
    jobName: 'etl',
    jobId: '',
    appId: '',
    containerId: '',
    host: '',
    role: '',
    ...more,
  };
}

const exception = {
  class: 'java.io.IOException',
  message: 'wrapped',
  stack: '',
  root: 'java.lang.NumberFormatException: "N/A"',
};

describe('the log line that says why', () => {
  const explain = async (lines: readonly Partial<LogItem>[], labels: Record<string, string>, zone?: string) => {
    const { asked, store } = logsWith(lines);
    const found = await createLogSource(
      await lineage(),
      () => store,
      () => 'http://w',
    ).explain(labels, NOW, undefined, zone);
    return { found, asked };
  };

  test('is an error of the job around the instant, one with a stack trace before a newer one without, told by its root cause', async () => {
    const { found, asked } = await explain(
      [
        { level: 'ERROR', id: 'newer', message: 'Task failed\nat line 2' },
        { level: 'ERROR', id: 'traced', ts: NOW - MINUTE, message: 'Could not deserialize', exception },
        { level: 'WARN', id: 'warning', message: 'slow' },
      ],
      { job: 'etl' },
    );

    assert.equal(found?.text, 'Could not deserialize | java.lang.NumberFormatException: "N/A"');
    assert.equal(found?.ts, NOW - MINUTE);
    const url = new URL(found?.url ?? '');
    assert.deepEqual(
      [url.origin, url.pathname, url.searchParams.get('around'), url.searchParams.get('job')],
      ['http://w', '/logs', 'traced', 'etl'],
    );
    assert.deepEqual([asked[0]?.from, asked[0]?.to], [NOW - 15 * MINUTE, NOW + 2 * MINUTE]);
    assert.deepEqual(asked[0]?.query, {
      kind: 'and',
      of: [
        { kind: 'field', field: 'job', value: 'etl', prefix: false },
        { kind: 'level', levels: ['ERROR', 'FATAL'] },
      ],
    });
  });

  test('is a warning where there is no error, and nothing where there is neither', async () => {
    assert.equal((await explain([{ level: 'WARN', message: 'slow' }], { job: 'etl' })).found?.text, 'slow');
    assert.equal((await explain([{ level: 'INFO' }], { job: 'etl' })).found, null);
  });

  const SUBJECTS: readonly (readonly [sentence: string, labels: Record<string, string>, subject: LogQuery | null])[] = [
    [
      'a container before its job',
      { container_id: 'c1', job: 'etl' },
      { kind: 'field', field: 'container', value: 'c1', prefix: false },
    ],
    [
      'an application before its job',
      { app_id: 'a1', job: 'etl' },
      { kind: 'field', field: 'app', value: 'a1', prefix: false },
    ],
    [
      'of a report every job on its path',
      { report: 'GMV' },
      {
        kind: 'or',
        of: ['agg', 'etl'].map(value => ({ kind: 'field' as const, field: 'job' as const, value, prefix: false })),
      },
    ],
    ['of a report nobody knows nothing', { report: 'nope' }, null],
    ['of labels that name nothing nothing', { region: 'east' }, null],
  ];
  for (const [sentence, labels, subject] of SUBJECTS) {
    test(`is looked for in ${sentence}`, async () => {
      const { asked } = await explain([], labels);
      const query = asked[0]?.query;
      const about = query?.kind === 'and' ? query.of[0] : null;

      if (about?.kind === 'or') {
        const sorted = [...about.of].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        assert.deepEqual({ ...about, of: sorted }, subject);
      } else assert.deepEqual(about, subject);
    });
  }

  test('comes with the lines around it in its container, or of its job, in their order', async () => {
    const inContainer = await explain([{ level: 'ERROR', id: 'e', containerId: 'c1' }], { job: 'etl' });
    const ofJob = await explain([{ level: 'ERROR', id: 'e' }], { job: 'etl' });

    assert.deepEqual(inContainer.found?.context, [
      '07:59:59.998Z INFO 2 before in its container',
      '08:00:00.000Z ERROR m',
      '08:00:00.002Z WARN 2 after',
    ]);
    assert.match(ofJob.found?.context?.[0] ?? '', /in its job$/);
  });

  test('prints the times around it in the zone of the message', async () => {
    const { found } = await explain([{ level: 'ERROR', id: 'e' }], { job: 'etl' }, 'Asia/Shanghai');

    assert.equal(found?.context?.[1], '16:00:00.000 ERROR m');
  });

  test('comes alone where the lines around it cannot be read', async () => {
    const { found } = await explain([{ level: 'ERROR', id: 'lonely', message: 'boom' }], { job: 'etl' });

    assert.equal(found?.text, 'boom');
    assert.equal(found?.context, undefined);
  });

  test('is cut where it is long', async () => {
    const { found } = await explain([{ level: 'ERROR', message: 'x'.repeat(5000) }], { job: 'etl' });

    assert.equal(found?.text.length, 301);
    assert.match(found?.text ?? '', /x…$/);
  });
});
