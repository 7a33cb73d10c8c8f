import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, MINUTE, NOW, problemOf } from './fixture.ts';
import { DATASET, openPipeline, pass, REPORT } from './freshness-fixture.ts';

interface View {
  readonly report: string | null;
  readonly owner: string;
  readonly level: string;
  readonly age_ms: number;
  readonly complete_up_to: number;
  readonly blame: string | null;
  readonly sentence: string;
  readonly since: number | null;
  readonly beats: { readonly states: string; readonly step_ms: number } | null;
  readonly objective: {
    readonly minutes: object;
    readonly attainment: number;
    readonly budget: { readonly used_ms: number };
    readonly culprits: readonly { readonly hop: string; readonly bad_minutes: number }[];
    readonly state: string;
  } | null;
}
const STALL = NOW + 10 * MINUTE;
const path = encodeURIComponent(REPORT);
let api: Api;

/** Ten good minutes, then etl stands still for ten more. */
before(async () => {
  api = await openPipeline();
  await api.take('jobs', { type: 'report', ts: NOW, name: 'Fresh', owner: 'ads', reads: [DATASET] });
  await pass(api, 20 * MINUTE, STALL);
});
after(() => api.close());

describe('GET /freshness', () => {
  test('has reports with objective, cause and words, worst first', async () => {
    const { items, next } = await api.get<{ items: View[]; next: null }>('freshness?zone=Asia/Shanghai');
    const [late, other] = items;

    assert.equal(next, null);
    assert.deepEqual(
      items.map(({ report, level }) => [report, level]),
      [
        [REPORT, 'critical'],
        ['Fresh', 'warning'],
      ],
    );
    assert.ok(late?.objective && other);
    assert.equal(late.blame, 'etl');
    assert.match(late.sentence, /^complete up to 16:10, about 10 min behind.*because of etl$/);
    assert.equal(late.objective.state, 'bad');
    assert.deepEqual(
      late.objective.culprits.map(({ hop }) => hop),
      ['etl'],
    );
    assert.ok(late.objective.attainment < 0.99);
    assert.match(late.beats?.states ?? '', /^-{88}bb$/);
    assert.equal(other.objective, null);
    assert.equal(other.beats, null);
    assert.equal(other.since, null);
  });

  test('is bad since the minute in which the upper bound went over the limit', async () => {
    const { since, objective } = await api.get<View>(`freshness/${path}`);

    assert.equal(since, STALL + 2 * MINUTE);
    assert.deepEqual(objective?.minutes, { good: 12, bad: 8, unknown: 0, unwatched: 0 });
    assert.equal(objective?.budget.used_ms, 8 * MINUTE);
  });

  test('of a past instant, with the state of then', async () => {
    const { level, objective, since } = await api.get<View>(`freshness/${path}?at=${STALL}`);

    assert.equal(level, 'ok');
    assert.deepEqual([objective?.state, since], ['good', NOW]);
    assert.deepEqual(objective?.minutes, { good: 10, bad: 0, unknown: 0, unwatched: 0 });
  });

  test('says who hears of the report, where one is asked for', async () => {
    const { told } = await api.get<{ told: object }>(`freshness/${path}`);

    assert.deepEqual(told, { alerts: [], digest: [] });
    assert.equal((await api.get<{ told: null }>(`freshness/${DATASET}`)).told, null);
  });

  test('is found by owner and by words', async () => {
    const names = async (query: string): Promise<readonly (string | null)[]> =>
      (await api.get<{ items: View[] }>(`freshness?${query}`)).items.map(({ report }) => report);

    assert.deepEqual(await names('owner=ads'), ['Fresh']);
    assert.deepEqual(await names('q=gmv'), [REPORT]);
    assert.deepEqual(await names('q=nothing'), []);
  });

  test('speaks Chinese', async () => {
    const { sentence } = await api.get<View>(`freshness/${path}?lang=zh&zone=Asia/Shanghai`);

    assert.match(sentence, /^数据完整至 16:10，约落后 10 分钟.*，原因：etl$/);
  });

  const REFUSED: readonly (readonly [sentence: string, url: string, status: number, code: string])[] = [
    ['a zone nobody knows', 'freshness?zone=Mars', 422, 'bad-request'],
    ['a language nobody speaks here', 'freshness?lang=fr', 422, 'bad-request'],
    ['a name nobody knows', 'freshness/nope', 404, 'not-found'],
    ['the past of a name nobody knows', 'freshness/nope/history', 404, 'not-found'],
    ['an empty range', `freshness/${path}/history?from=2&to=1`, 422, 'bad-request'],
    ['too many points', `freshness/${path}/history?from=1&to=${NOW}&step=10s`, 422, 'bad-request'],
    ['points too near to each other', `freshness/${path}/history?step=1s`, 422, 'bad-request'],
  ];
  for (const [sentence, url, status, code] of REFUSED) {
    test(`refuses ${sentence}`, async () => void problemOf(await api.ask('GET', url), status, code));
  }
});

describe('GET /freshness/{name}/history', () => {
  interface History {
    readonly step_ms: number;
    readonly points: readonly {
      readonly t: number;
      readonly age_ms: number | null;
      readonly age_low_ms: number | null;
      readonly age_high_ms: number | null;
      readonly blame: string | null;
    }[];
    readonly bands: readonly {
      readonly from: number;
      readonly to: number;
      readonly state: string;
      readonly hop: string;
    }[];
  }

  test('has the age within its bounds, and who held up what was late', async () => {
    const { step_ms, points, bands } = await api.get<History>(
      `freshness/${path}/history?from=${NOW - 2 * MINUTE}&to=${NOW + 20 * MINUTE}&step=1m`,
    );

    assert.equal(step_ms, MINUTE);
    assert.equal(points.length, 22);
    assert.deepEqual(points[0], { t: NOW - MINUTE, age_ms: null, age_low_ms: null, age_high_ms: null, blame: null });
    assert.equal(points.at(-1)?.blame, 'etl');
    for (const { age_ms: age, age_low_ms: low, age_high_ms: high } of points.slice(2)) {
      assert.ok(age !== null && low !== null && high !== null && low <= age && age <= high);
    }
    assert.ok((points.at(-1)?.age_ms ?? 0) >= 9 * MINUTE);
    assert.deepEqual(bands, [{ from: STALL + 2 * MINUTE, to: NOW + 20 * MINUTE, state: 'bad', hop: 'etl' }]);
  });

  test('of a dataset by its id, slashes and all', async () => {
    const { points, bands } = await api.get<History>(`freshness/${DATASET}/history?to=${NOW + 20 * MINUTE}`);

    assert.ok((points.at(-1)?.age_ms ?? 0) >= 9 * MINUTE);
    assert.deepEqual(bands, []);
  });
});

describe('GET /badge/{report}.svg', () => {
  const badge = (query = '', headers = {}) => api.ask('GET', `/badge/${path}.svg${query}`, undefined, headers);

  test('says data as of, delay and state in words, names escaped', async () => {
    const { status, headers, text } = await badge('?zone=Asia/Shanghai');

    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'image/svg+xml; charset=utf-8');
    assert.match(text, />late · data as of 16:10 · 10 min behind<\/text>/);
    assert.match(text, /GMV &lt;daily&gt; &amp; &quot;co&quot;/);
    assert.match(text, /fill="#b42318"/);
    assert.doesNotMatch(text, /script|href|style|<daily>/);
  });

  test('speaks Chinese, and takes another label', async () => {
    assert.match((await badge('?lang=zh&zone=Asia/Shanghai')).text, />延迟 · 数据截至 16:10 · 落后 10 分钟<\/text>/);
    assert.match((await badge('?label=Turnover')).text, />Turnover<\/text>/);
  });

  test('may be shown by other sites, for a short time, and is not sent twice', async () => {
    const { headers } = await badge();
    const again = await badge('', { 'if-none-match': String(headers['etag']) });
    const weak = await badge('', { 'if-none-match': `"x", W/${headers['etag']}` });

    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
    assert.equal(headers['cache-control'], 'max-age=15, must-revalidate');
    assert.deepEqual([again.status, again.text, weak.status], [304, '', 304]);
    assert.equal((await badge('?lang=zh', { 'if-none-match': String(headers['etag']) })).status, 200);
  });

  test('of a dataset, and below /api/v1', async () => {
    assert.match((await api.ask('GET', `/badge/${DATASET}.svg`)).text, /close to limit · data as of/);
    assert.equal((await api.ask('GET', `badge/${path}.svg`)).status, 200);
  });

  test('of a name nobody knows is grey, for people, and 404, for programs', async () => {
    const { status, text, headers } = await api.ask('GET', '/badge/nope.svg');

    assert.equal(status, 404);
    assert.equal(headers['content-type'], 'image/svg+xml; charset=utf-8');
    assert.match(text, /fill="#5d6676".*>unknown · no such report<\/text>/);
  });
});
