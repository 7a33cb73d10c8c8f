import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeBody } from '../../alerting/notify/outbox-body.ts';
import { createDigestSender, type DigestParts } from '../../app/digest.ts';
import { CountedTime } from '../../lineage/objectives/calendar.ts';
import { MINUTE_MS, MinuteLedger, type Verdict } from '../../lineage/objectives/minute-ledger.ts';
import { ManualClock } from '../../model/clock.ts';
import { renderDigestHtml, renderDigestText } from '../../reporters/email-digest.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { StateStore } from '../../store/state-store.ts';
import { reportAnswer } from '../lineage/objectives/answer-fixture.ts';

/** 08:00 in Shanghai; the digest is due at 09:00. */
const START = Date.parse('2026-11-20T00:00:00Z');
const HOUR = 60 * MINUTE_MS;
const DAY = 24 * HOUR;
const opened: StateStore[] = [];
after(() => Promise.all(opened.map(state => state.close())));

/** The last 25 hours up to START + 1 h, by minutes. */
function ledgerOf(...runs: readonly (readonly [Verdict, number, string?])[]): MinuteLedger {
  const ledger = new MinuteLedger();
  let minute = (START - DAY) / MINUTE_MS;
  for (const [verdict, length, hop = null] of runs) {
    ledger.extend({ from: minute, to: minute + length, verdict, hop });
    minute += length;
  }
  return ledger;
}

const LEDGERS: Readonly<Record<string, MinuteLedger>> = {
  // The day of the digest begins an hour after the first minute.
  GMV: ledgerOf(
    ['good', 120],
    ['bad', 30, 'etl'],
    ['bad', 10, 'druid'],
    ['good', 1000],
    ['bad', 5, 'etl'],
    ['unknown', 15, 'nifi'],
    ['good', 320],
  ),
  CTR: ledgerOf(['good', 1500]),
};

function world(
  config: Partial<ReturnType<DigestParts['config']>> = {},
  clock = new ManualClock(START),
  before?: StateStore,
) {
  const state = before ?? openSqliteStateStore({ path: ':memory:', clock });
  if (before === undefined) opened.push(state);
  const sender = createDigestSender({
    config: () => ({
      digest: { schedule: '0 9 * * *', zone: 'Asia/Shanghai' },
      owners: { trade: ['trade-mail'], ads: ['ads-mail', 'trade-mail'] },
      ...config,
    }),
    publicUrl: 'http://tidewatch',
    recorder: {
      freshness: ts => [
        reportAnswer('CTR', { ts, owner: 'ads', age_ms: 10_000 }),
        reportAnswer('GMV', { ts, owner: 'trade', age_ms: 600_000, blame: 'etl' }),
        reportAnswer('PV <b>', { ts, owner: 'trade', age_ms: 10_000 }),
        reportAnswer('Orphan', { ts, owner: 'nobody', age_ms: 10_000 }),
      ],
    },
    objectives: {
      tracked(report) {
        const ledger = LEDGERS[report];
        const objective = { ageMs: 60_000, target: 0.99 };
        return ledger === undefined ? null : { report, owner: '', objective, counted: new CountedTime(null), ledger };
      },
    },
    directory: () => ({
      receivers: new Map(),
      channels: new Set(['trade-mail', 'ads-mail', 'all-mail']),
      owners: new Map(),
      metaReceivers: [],
    }),
    state,
    clock,
    logger: { warn: () => {}, info: () => {} },
  });
  return { clock, state, sender };
}

async function sent(state: StateStore) {
  const { items } = await state.listOutbox({ limit: 100 });
  return items
    .map(row => ({ id: row.id, channel: row.channel, message: decodeBody(row.body)?.message }))
    .sort((a, b) => (`${a.channel} ${a.message?.receiver}` < `${b.channel} ${b.message?.receiver}` ? -1 : 1));
}

describe('the daily digest', () => {
  test('goes to each owner at the hour of the zone, and not before', async () => {
    const { clock, state, sender } = world();
    sender.start();
    await clock.advance(HOUR - 1000);
    assert.deepEqual(await sent(state), []);
    await clock.advance(60_000);

    const rows = await sent(state);
    assert.deepEqual(
      rows.map(({ channel, message }) => [channel, message?.title, message?.digest?.rows.map(row => row.report)]),
      [
        ['ads-mail', '数据新鲜度日报 Freshness digest · ads: 无延迟 nothing late', ['CTR']],
        ['trade-mail', '数据新鲜度日报 Freshness digest · ads: 无延迟 nothing late', ['CTR']],
        [
          'trade-mail',
          '数据新鲜度日报 Freshness digest · trade: 1/1 延迟 late, 45 分钟 min, 未知 unknown 15 分钟 min',
          ['GMV', 'PV <b>'],
        ],
      ],
    );
    await sender.stop();
  });

  test('says what the day cost: minutes, hops, incidents, budget', async () => {
    const { clock, state, sender } = world();
    await sender.look();
    await clock.advance(HOUR);
    await sender.look();

    const digest = (await sent(state)).at(-1)?.message?.digest;
    const [gmv, pv] = digest?.rows ?? [];
    assert.deepEqual([digest?.from, digest?.to], [START + HOUR - DAY, START + HOUR]);
    assert.ok(gmv && pv);
    assert.deepEqual([gmv.late, gmv.unknown, gmv.level], [45, 15, 'critical']);
    assert.deepEqual(gmv.culprits, [
      { hop: 'etl', minutes: 35 },
      { hop: 'nifi', minutes: 15 },
      { hop: 'druid', minutes: 10 },
    ]);
    const from = START - DAY + 2 * HOUR;
    assert.deepEqual(gmv.incidents, [
      { from, to: from + 40 * MINUTE_MS, hops: ['etl', 'druid'] },
      { from: from + 1040 * MINUTE_MS, to: from + 1045 * MINUTE_MS, hops: ['etl'] },
    ]);
    assert.ok(Math.abs((gmv.budgetLeft ?? 0) - (1 - 60 / 432)) < 1e-9);
    assert.deepEqual([pv.attainment, pv.target, pv.budgetLeft], [null, null, null]);
  });

  test('goes once a day, however often it is looked and whatever crashed', async () => {
    const { clock, state, sender } = world();
    await sender.look();
    await clock.advance(HOUR);
    await sender.look();
    const first = await sent(state);
    await sender.look();
    // As after a crash between the outbox and the mark.
    await state.put('setting', 'digest', { at: START }, 'any');
    await sender.look();
    assert.deepEqual(
      (await sent(state)).map(({ id }) => id),
      first.map(({ id }) => id),
    );

    await clock.advance(DAY);
    await sender.look();
    assert.equal((await sent(state)).length, 2 * first.length);
  });

  test('what was missed while the daemon was down is sent once, late, and says so', async () => {
    const first = world();
    await first.sender.look();
    await first.clock.advance(3 * DAY + 5 * HOUR);
    const { state, sender } = world({}, first.clock, first.state);
    await sender.look();
    await sender.look();

    const rows = await sent(state);
    assert.equal(rows.length, 3);
    assert.equal(rows[0]?.message?.at, START + 3 * DAY + HOUR);
    assert.match(rows[0]?.message?.title ?? '', /补发 sent late/);
  });

  test('the first start has missed nothing', async () => {
    const { state, sender } = world({}, new ManualClock(START + 2 * HOUR));
    await sender.look();
    await sender.look();

    assert.deepEqual(await sent(state), []);
  });

  test('receivers of the configuration get all reports in one', async () => {
    const { clock, state, sender } = world({
      digest: { schedule: '0 9 * * *', zone: 'Asia/Shanghai', receivers: ['all-mail', 'gone'] },
    });
    await sender.look();
    await clock.advance(HOUR);
    await sender.look();

    const rows = await sent(state);
    assert.deepEqual(
      rows.map(({ channel, message }) => [channel, message?.digest?.rows.length, message?.url]),
      [['all-mail', 4, 'http://tidewatch/freshness']],
    );
  });

  test('without the key nothing is sent', async () => {
    const { clock, state, sender } = world({ digest: undefined });
    await sender.look();
    await clock.advance(2 * DAY);
    await sender.look();

    assert.deepEqual(await sent(state), []);
  });
});

describe('the digest as a mail', () => {
  test('says everything in both parts, names escaped', async () => {
    const { clock, state, sender } = world();
    await sender.look();
    await clock.advance(HOUR);
    await sender.look();
    const message = (await sent(state)).at(-1)?.message;
    assert.ok(message?.digest);

    const page = renderDigestHtml(message, message.digest, 'subject', 'both');
    const text = renderDigestText(message, message.digest, 'both');

    for (const part of [page, text]) {
      assert.match(part, /GMV/);
      assert.match(part, /延迟 late/);
      assert.match(part, /96\.000 %/);
      assert.match(part, /86 %/);
      assert.match(part, /etl 35, nifi 15, druid 10/);
      assert.match(part, /11-19 10:00–10:40 \(etl, druid\)/);
      assert.match(part, /http:\/\/tidewatch\/freshness\/GMV/);
    }
    assert.match(page, /PV &lt;b&gt;/);
    assert.doesNotMatch(page, /<b>|<script|<img/);
    assert.doesNotMatch(renderDigestText(message, message.digest, 'en'), /[\u4e00-\u9fff]/);
  });
});
