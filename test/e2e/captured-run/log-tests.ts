import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countBy } from '../../support/capture.ts';
import { facet, type LogItem, type LogPage, parameters, search } from './answers.ts';
import type { CapturedEstate, StoreName } from './estate.ts';
import { hasPhrase, jobOf, newestFirst, runNames } from './log-expectations.ts';

const TASK_MANAGER = 'container_e01_0042_01_000002';

/** What searches over the captured log answer, against what is counted from its JSON. */
export function logTests(store: StoreName, estate: () => CapturedEstate): void {
  describe(`the log of the captured run on ${store}`, () => {
    const daemon = () => estate().daemons[store];
    const total = async (q: string): Promise<number> => (await search(daemon(), { q, limit: 1 })).total.value;

    test('every line is there once; counts per job, application and container are those of the capture', async () => {
      const { lines, capture } = estate();
      const names = runNames(capture);

      const all = await search(daemon(), { limit: 1 });

      assert.deepEqual(all.total, { value: lines.length, relation: 'eq' });
      assert.deepEqual(
        await facet(daemon(), 'container'),
        countBy(lines, line => line.container_id),
      );
      assert.deepEqual(
        await facet(daemon(), 'app'),
        countBy(lines, line => line.app_id),
      );
      assert.deepEqual(
        await facet(daemon(), 'level'),
        countBy(lines, line => line.level),
      );
      assert.deepEqual(named(await facet(daemon(), 'job')), named(countBy(lines, line => jobOf(line, names))));
    });

    test('before the names of the runs were known the lines went by what their environment said', () => {
      const { lines, jobsBefore } = estate();

      assert.deepEqual(named(jobsBefore[store]), named(countBy(lines, line => line.job_name)));
    });

    for (const job of ['cdo_filter_job', 'cdo_window_agg', 'cdo_fails_for_good', 'session']) {
      test(`the lines of ${job}, by the names of their runs`, async () => {
        const { lines, capture } = estate();
        const names = runNames(capture);

        const page = await search(daemon(), { job, limit: 1 });

        const expected = lines.filter(line => jobOf(line, names) === job).length;
        assert.deepEqual(page.total, { value: expected, relation: 'eq' });
        assert.ok(expected > 0);
      });
    }

    test('one container page by page: every line, newest first', async () => {
      const { lines, capture } = estate();
      const names = runNames(capture);
      const expected = newestFirst(lines.filter(line => line.container_id === TASK_MANAGER));

      const found: LogItem[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query = { container: TASK_MANAGER, limit: 250, ...(cursor ? { cursor } : {}) };
        const page: LogPage = await search(daemon(), query);
        found.push(...page.items);
        cursor = page.next;
      }

      const shown = expected.map(line => whatIsShown({ ...line, job_name: jobOf(line, names) }));
      assert.deepEqual(found.map(whatIsShown), shown);
    });

    test('words, a phrase, alternatives and a prefix find the lines that hold them', async () => {
      const { lines } = estate();
      const count = (...words: string[]): number => lines.filter(line => hasPhrase(line, ...words)).length;
      const either = lines.filter(line => hasPhrase(line, 'checkpoint') && hasPhrase(line, '(?:triggering|expired)'));

      assert.equal(await total('checkpoint'), count('checkpoint'));
      assert.equal(await total('"Failed to trigger or complete checkpoint"'), 4);
      assert.equal(count('failed', 'to', 'trigger', 'or', 'complete', 'checkpoint'), 4);
      assert.equal(await total('checkpoint (triggering OR expired)'), either.length);
      assert.equal(await total('NoResource*'), count('noresource\\w*'));
      assert.ok(either.length > 0 && count('noresource\\w*') > 0, 'the capture holds what is searched for');
    });

    test('the exception of the UDF is one event with its whole trace, between the lines around it', async () => {
      const { lines, capture } = estate();
      const ofContainer = newestFirst(lines.filter(line => line.container_id === TASK_MANAGER)).reverse();
      const index = ofContainer.findIndex(line => line.stack?.includes('NumberFormatException'));
      const failure = ofContainer[index];

      const { items, total: found } = await search(daemon(), { q: 'NumberFormatException', container: TASK_MANAGER });

      const [item] = items;
      assert.equal(found.value, 1);
      assert.equal(item?.exception?.stack, failure?.stack);
      assert.ok((item?.exception?.stack.split('\n').length ?? 0) > 30, 'the trace came with all its lines');
      assert.equal(item?.exception?.class, failure?.exception_class);
      assert.equal(item?.job_name, 'cdo_filter_job');
      assert.ok(Math.abs(capture.second(item?.ts ?? 0) - 330) < 1, 'thrown at second 330');
      const query = parameters({ id: item?.id ?? '', scope: 'container', before: 5, after: 5 });
      const around = await daemon().get<{ before: LogItem[]; line: LogItem; after: LogItem[] }>(
        `/api/v1/logs/around?${query}`,
      );
      const shown = [...around.before, around.line, ...around.after].map(line => line.message);
      assert.deepEqual(
        shown,
        ofContainer.slice(index - 5, index + 6).map(line => line.message),
      );
    });
  });
}

/** Facets leave lines without a job out. */
function named({ '': _none, ...counts }: Readonly<Record<string, number>>): Record<string, number> {
  return counts;
}

function whatIsShown({ ts, level, message, job_name, app_id, container_id }: Omit<LogItem, 'id'>): object {
  return { ts, level, message, job_name, app_id, container_id };
}
