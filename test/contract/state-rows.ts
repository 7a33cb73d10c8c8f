/** What the parts of the StateStore suite share: commits and rows as the evaluator and the outbox write them. */
import { test } from 'node:test';
import type { Json } from '../../model/json.ts';
import type { OutboxRow, StateStore, TickCommit } from '../../store/state-store.ts';

/** The present of the suite. */
export const T = Date.UTC(2026, 10, 21, 10, 0, 0);
export const DAY = 86_400_000;

/** Makes a fresh, empty store; `done` closes it and removes what it left. */
export type MakeStateStore = () => Promise<{ readonly store: StateStore; done(): Promise<void> }>;

/** Declares tests that get a store of their own each. */
export function stateStoreTest(make: MakeStateStore) {
  return (sentence: string, body: (store: StateStore) => Promise<void>): void => {
    test(sentence, async () => {
      const { store, done } = await make();
      try {
        await body(store);
      } finally {
        await done();
      }
    });
  };
}

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
