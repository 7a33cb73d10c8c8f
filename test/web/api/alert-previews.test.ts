/** What routes and rotas would do before they are saved, and who is on call over a range. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, MINUTE, NOW, openApi, point, problemOf } from './fixture.ts';

interface Preview {
  readonly total: number;
  readonly alerts: readonly {
    readonly labels: Record<string, string>;
    readonly taken_by: { id: string; name: string } | null;
  }[];
}
interface Schedule {
  readonly from: number;
  readonly to: number;
  readonly spans: readonly {
    readonly from: number;
    readonly to: number;
    readonly members: readonly string[];
    readonly by: string;
  }[];
}

const DAY = 1440 * MINUTE;
let api: Api;
before(async () => {
  api = await openApi({
    alerting: { routes: [{ name: 'of the file', matchers: { job: 'sink' }, receivers: ['ops'], order: 5 }] },
  });
  const rule = {
    name: 'backlog',
    schedule: '* * * * *',
    window: '2m',
    group_by: ['job'],
    metrics: [{ metric: 'waiting' }],
    condition: '{0} > 5',
  };
  await api.take('metrics', point('waiting', 9, NOW, { job: 'etl' }), point('waiting', 9, NOW, { job: 'sink' }));
  assert.equal((await api.ask('POST', 'rules', rule)).status, 201);
  await api.clock.advance(MINUTE);
  await api.evaluation.get().engine.tick();
});
after(() => api?.close());

async function taken(route: object, id?: string): Promise<Record<string, string | null>> {
  const answer = await api.ask<Preview>('POST', 'routes/preview', { route, ...(id === undefined ? {} : { id }) });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.total, answer.body.alerts.length);
  return Object.fromEntries(answer.body.alerts.map(({ labels, taken_by }) => [labels['job'], taken_by?.name ?? null]));
}

test('a route is shown the alerts it matches, and which an earlier one keeps to itself', async () => {
  assert.deepEqual(await taken({ receivers: ['a'] }), { etl: null, sink: null });
  assert.deepEqual(await taken({ receivers: ['a'], order: 5 }), { etl: null, sink: 'of the file' });
  assert.deepEqual(await taken({ receivers: ['a'], order: 9, matchers: { job: 'sink' } }), { sink: 'of the file' });
  assert.deepEqual(await taken({ receivers: ['a'], matchers: { job: 'nobody' } }), {});
});

test('a route that is changed is not in its own way, and one that continues takes nothing away', async () => {
  const first = { name: 'mine', receivers: ['a'], matchers: { job: 'etl' } };
  const { id } = (await api.ask<{ id: string }>('POST', 'routes', first)).body;

  assert.deepEqual(await taken({ ...first, matchers: {} }, id), { etl: null, sink: null });
  assert.deepEqual(await taken({ receivers: ['b'], order: 1 }), { etl: 'mine', sink: null });
  await api.ask('PUT', `routes/${id}`, { ...first, continue: true });
  assert.deepEqual(await taken({ receivers: ['b'], order: 1 }), { etl: null, sink: null });
  await api.ask('DELETE', `routes/${id}`);
});

test('a mistake in the document is told at its field', async () => {
  const problem = problemOf(await api.ask('POST', 'routes/preview', { route: { receivers: [] } }), 422, 'bad-request');
  assert.equal(problem.errors?.[0]?.path, 'receivers');
  const rota = problemOf(await api.ask('POST', 'rotas/preview', { rota: { name: 'r' } }), 422, 'bad-request');
  assert.equal(rota.errors?.[0]?.path, 'layers');
});

const ROTA = {
  name: 'nights',
  layers: [
    { members: ['li'], start: '2020-01-06' },
    { name: 'night', members: ['zhao'], start: '2020-01-06', hours: { from: '22:00', to: '06:00' } },
  ],
};

test('a rota that is not saved and one that is say the same of the next two weeks', async () => {
  const now = api.clock.now();
  const before = (await api.ask<Schedule>('POST', 'rotas/preview', { rota: ROTA })).body;
  assert.deepEqual([before.from, before.to], [now, now + 14 * DAY]);
  assert.equal(before.spans.filter(({ by }) => by === 'night').length, 14);

  const { id } = (await api.ask<{ id: string }>('POST', 'rotas', ROTA)).body;
  assert.deepEqual(await api.get<Schedule>(`rotas/${id}/schedule`), before);
  assert.deepEqual(await api.get<Schedule>('rotas/nights/schedule'), before);
  const short = await api.get<Schedule>(`rotas/${id}/schedule?from=${now}&to=${now + DAY}`);
  assert.equal(short.spans.at(-1)?.to, now + DAY);
});

test('a range that is empty or too long is refused, and so is a rota nobody knows', async () => {
  for (const range of [`from=${NOW}&to=${NOW}`, `from=${NOW}&to=${NOW + 32 * DAY}`])
    problemOf(await api.ask('GET', `rotas/nights/schedule?${range}`), 422, 'bad-request');
  problemOf(await api.ask('GET', 'rotas/nobody/schedule'), 404, 'not-found');
});
