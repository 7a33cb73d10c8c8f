import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AlertEnd, episodeTicks, isGroupOf } from '../../alerting/episode-ticks.ts';
import type { Status } from '../../alerting/evaluate/group-state.ts';
import type { NotificationRecord, TickRecord } from '../../alerting/evaluate/record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SINCE = Date.parse('2026-11-20T08:00:00Z');
const ALERT = { ruleId: 'r', labels: { alertname: 'lag', job: 'etl' }, since: SINCE };

type Step = Status | 'failed' | 'absent';

/** One tick a minute from `SINCE`; the group of another job fires all the time. */
function ticksOf(steps: readonly Step[]): readonly TickRecord[] {
  return steps.map((step, i): TickRecord => {
    const t = SINCE + i * MINUTE;
    if (step === 'failed') return { t, error: { code: 'query-failed' }, groups: [] };
    const other = { labels: { job: 'sink' }, values: [1], result: true, state: 'firing' as const };
    if (step === 'absent') return { t, groups: [other] };
    return { t, groups: [other, { labels: { job: 'etl' }, values: [i], result: null, state: step }] };
  });
}

function historyOf(ticks: readonly TickRecord[], notifications: readonly NotificationRecord[] = []) {
  const reads: [number, number][] = [];
  return {
    reads,
    history: async (_rule: string, from: number, to: number) => {
      reads.push([from, to]);
      const within = ({ t }: { readonly t: number }): boolean => t >= from && t <= to;
      return { ticks: ticks.filter(within), notifications: notifications.filter(within) };
    },
  };
}

const ENDS: readonly (readonly [sentence: string, steps: readonly Step[], end: number | null])[] = [
  ['ends at the first inactive tick', ['firing', 'firing', 'inactive', 'inactive'], 2],
  ['goes on while it recovers', ['firing', 'recovering', 'firing', 'recovering', 'inactive'], 4],
  ['is not ended by a tick that failed', ['firing', 'failed', 'firing', 'inactive'], 3],
  ['ends where its group is forgotten', ['firing', 'absent'], 1],
  ['that never fired ends when it no longer waits', ['pending', 'pending', 'inactive'], 2],
  ['that began to fire ended its waiting', ['pending', 'firing', 'firing'], 1],
  ['has no end where history has none', ['firing', 'firing'], null],
];
for (const [sentence, steps, end] of ENDS) {
  test(`an alert ${sentence}`, async () => {
    const { history } = historyOf(ticksOf(steps));
    const seen = await episodeTicks(history, ALERT, null, SINCE + DAY);
    assert.equal(seen.end && (seen.end.t - SINCE) / MINUTE, end);
    assert.deepEqual(seen.own, { job: 'etl' });
    assert.ok(seen.ticks.every(({ values }) => values[0] !== undefined));
  });
}

describe('what was told', () => {
  const told = (kind: 'firing' | 'resolved', minute: number, job: string, more: object): NotificationRecord => ({
    t: SINCE + minute * MINUTE,
    kind,
    labels: { job },
    starts_at: SINCE,
    active_at: SINCE - MINUTE,
    ...more,
  });

  test('gives the reason of the end and the beginning of the condition', async () => {
    const { history } = historyOf(ticksOf(['firing', 'inactive']), [
      told('firing', 0, 'etl', {}),
      told('resolved', 1, 'sink', { reason: 'vanished' }),
      told('resolved', 1, 'etl', { reason: 'job-ended' }),
    ]);
    const seen = await episodeTicks(history, ALERT, null, SINCE + DAY);
    assert.deepEqual([seen.end?.reason, seen.activeAt], ['job-ended', SINCE - MINUTE]);
  });

  test('ends an alert whose ticks do not say so', async () => {
    const end: AlertEnd = { t: SINCE + 90_000, reason: 'disabled' };
    const { history } = historyOf(ticksOf(['firing', 'firing']));
    assert.deepEqual((await episodeTicks(history, ALERT, end, SINCE + DAY)).end, end);
  });
});

test('history is read by the day, and no further than an hour past the end', async () => {
  const steps = [...Array<Step>(2 * 24 * 60).fill('firing'), ...Array<Step>(600).fill('inactive')];
  const { history, reads } = historyOf(ticksOf(steps));

  const seen = await episodeTicks(history, ALERT, null, SINCE + 13 * DAY);

  assert.equal(reads.length, 3);
  assert.ok(reads.every(([from, to]) => to - from < DAY));
  assert.equal(seen.end?.t, SINCE + 2 * DAY);
  assert.ok((seen.ticks.at(-1)?.t ?? 0) <= SINCE + 2 * DAY + HOUR);
});

test('a long alert is thinned, and keeps the ticks at which it began and ended', async () => {
  const steps = [...Array<Step>(4321).fill('firing'), ...Array<Step>(3).fill('inactive')];

  const { ticks, end } = await episodeTicks(historyOf(ticksOf(steps)).history, ALERT, null, SINCE + 13 * DAY);

  assert.ok(ticks.length <= 1502, `${ticks.length} ticks`);
  assert.equal(end?.t, SINCE + 4321 * MINUTE);
  const times = ticks.map(({ t }) => t);
  assert.ok(times.includes(SINCE) && times.includes(end.t));
});

const GROUPS: readonly (readonly [sentence: string, alert: object, group: object, is: boolean])[] = [
  ['with the same values', { job: 'etl', team: 'dw' }, { job: 'etl' }, true],
  ['with another value', { job: 'etl' }, { job: 'sink' }, false],
  ['without labels', { job: 'etl' }, {}, true],
  ['with an empty label the alert does not have', { job: 'etl' }, { job: 'etl', topic: '' }, true],
];
for (const [sentence, alert, group, is] of GROUPS) {
  test(`a group ${sentence} is ${is ? '' : 'not '}the alert’s`, () => {
    assert.equal(isGroupOf({ ...alert }, { ...group }), is);
  });
}
