/** What the parts of the StateStore suite share: commits and rows as the evaluator and the outbox write them. */
import type { Json } from '../../model/json.ts';
import type { OutboxRow, StateStore, TickCommit } from '../../store/state-store.ts';
import type { MakeStore } from './store-test.ts';

/** The present of the suite. */
export const T = Date.UTC(2026, 10, 21, 10, 0, 0);
export const DAY = 86_400_000;

export type MakeStateStore = MakeStore<StateStore>;

/** A tick's commit; empty but for what is given. */
export function commit(
  more: {
    cursor?: Json;
    groups?: Record<string, Json>;
    intents?: Record<string, Json>;
    ticks?: Record<number, Json>;
  } = {},
): TickCommit {
  return {
    cursor: more.cursor ?? {},
    groups: new Map(Object.entries(more.groups ?? {})),
    intents: Object.entries(more.intents ?? {}).map(([id, body]) => ({ id, body })),
    ticks: Object.entries(more.ticks ?? {}).map(([t, body]) => ({ t: Number(t), body })),
  };
}

/** A pending row of the channel `ops`. */
export function row(id: string, more: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id,
    channel: 'ops',
    createdAt: T,
    nextAttemptAt: T,
    status: 'pending',
    attempts: 0,
    body: { text: id },
    ...more,
  };
}

/** A flush that writes these rows. */
export const flush = (
  outbox: readonly OutboxRow[],
  consumedIntents: readonly string[] = [],
  state: Json | null = {},
) => ({
  state,
  consumedIntents,
  outbox,
});
export const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(r => r.id);
