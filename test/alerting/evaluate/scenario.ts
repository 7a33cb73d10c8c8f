/** Scenarios for rule tests: series written as a few words, replays, and their outcome as one line of text. */
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import type { RuleHistory } from '../../../alerting/evaluate/record.ts';
import { replayRule } from '../../../alerting/evaluate/replay.ts';
import { createResolver } from '../../../alerting/evaluate/resolve.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import type { Labels } from '../../../model/labels.ts';
import type { MetricGroup } from '../../../model/sample.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';

export const MINUTE = 60_000;
/** A whole hour, and the instant the scenarios begin. */
export const START = Date.UTC(2026, 2, 3, 10);

/** The smallest rule: `lag` above 10, every minute, over the last minute. */
export function rule(changes: Partial<RuleDocumentInput> = {}): RuleDocumentInput {
  return {
    name: 'r',
    schedule: '* * * * *',
    window: '1m',
    metrics: [{ metric: 'lag' }],
    condition: '{0} > 10',
    ...changes,
  };
}

/** One point a minute from START: `12 _ 3` is 12, nothing, 3. */
export function series(labels: Labels, values: string, name = 'lag', start = START): MetricGroup[] {
  return values.split(/\s+/).flatMap((text, i) => {
    if (text === '_') return [];
    const ts = start + i * MINUTE;
    return [{ ts, labels, attrs: {}, values: [[name, Number(text)] as const], arrivedAt: ts }];
  });
}

/** Replays a rule over samples, `minutes` ticks from START. */
export async function replay(
  document: RuleDocumentInput,
  samples: readonly MetricGroup[],
  minutes: number,
  asOf: 'ideal' | 'arrival' = 'ideal',
): Promise<RuleHistory> {
  const reader = new MemoryMetricStore();
  await reader.append(samples);
  const names = (await reader.names()).map(entry => entry.name);
  const to = START + (minutes - 1) * MINUTE;
  return replayRule({
    rule: compileRule('id', document),
    from: START,
    to,
    asOf,
    delayMs: 30_000,
    readers: { metrics: reader, logs: null },
    resolve: createResolver(names),
  });
}

/** States of one group tick by tick: i p f r, `.` where the group is absent. */
export function states(history: RuleHistory, labels: Labels = {}): string {
  const wanted = JSON.stringify(labels);
  return history.ticks
    .map(tick => tick.groups.find(group => JSON.stringify(group.labels) === wanted)?.state[0] ?? '.')
    .join('');
}

/** Notifications as `minute kind reason`, one per line; labels only where there are any. */
export function told(history: RuleHistory): string[] {
  return history.notifications.map(({ t, kind, labels, reason, code }) =>
    [(t - START) / MINUTE, kind, ...Object.values(labels), reason, code].filter(part => part !== undefined).join(' '),
  );
}
