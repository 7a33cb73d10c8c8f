/**
 * Corrections of history (`re_evaluate`, alerting.md rule 9): ticks whose windows late points fell into are looked at again, and where
 * the answer is another now, the history says so beside what was seen. States and notices stay as they were told.
 */
import type { Clock } from '../model/clock.ts';
import { labelsKey } from '../model/labels.ts';
import type { StateStore } from '../store/state-store.ts';
import { decodeTick, type StoredTick } from './engine-history.ts';
import type { RuleRuntime } from './engine-runtime.ts';
import type { RuleReaders } from './evaluate/frame.ts';
import { toValue } from './evaluate/intents.ts';
import { observe, universeOf } from './evaluate/observe.ts';
import { readColumns } from './evaluate/read-columns.ts';
import type { CorrectedGroup } from './evaluate/record.ts';
import { createResolver } from './evaluate/resolve.ts';

export interface CorrectionDeps {
  readonly state: StateStore;
  readonly readers: RuleReaders;
  readonly names: () => Promise<readonly { readonly name: string }[]>;
  readonly clock: Clock;
}

/** Ticks corrected in one go; what is older than the newest of these stays as it is. */
const MAX_TICKS = 500;

/** Corrects the ticks late points have touched; nothing where none has. Rejects as the stores do, and may be repeated then. */
export async function correctHistory(runtime: RuleRuntime, deps: CorrectionDeps): Promise<void> {
  const { rule, late } = runtime;
  if (late === null) return;
  const { ticks } = rule.schedule.between(late.from - 1, Math.min(late.to, runtime.state.t), MAX_TICKS);
  const [first] = ticks;
  const last = ticks.at(-1);
  if (first !== undefined && last !== undefined) await correct(runtime, ticks, first, last, deps);
  runtime.late = null;
}

async function correct(
  runtime: RuleRuntime,
  ticks: readonly number[],
  first: number,
  last: number,
  { state, readers, names, clock }: CorrectionDeps,
): Promise<void> {
  const { rule } = runtime;
  const resolve = createResolver((await names()).map(({ name }) => name));
  const [answer] = await readColumns([{ rule, ticks }], { readers, resolve });
  if (answer === undefined || 'error' in answer) throw answer?.error;
  const stored = await state.ticks(rule.id, first, last);
  const labels = new Map(stored.map(({ t, body }) => [t, (body as StoredTick).labels]));
  const changed: { t: number; body: StoredTick }[] = [];
  for (const { t, body } of stored) {
    const tick = body as StoredTick;
    if (tick.ref !== undefined && !labels.has(tick.ref)) {
      const [keyframe] = await state.ticks(rule.id, tick.ref, tick.ref);
      labels.set(tick.ref, (keyframe?.body as StoredTick | undefined)?.labels);
    }
    const seen = decodeTick(t, tick, at => labels.get(at));
    if (seen === null || seen.error !== undefined) continue;
    const columns = answer.columns(t);
    const before = new Map(seen.groups.map(group => [labelsKey(group.labels), group]));
    const groups = universeOf(rule, columns, new Map()).flatMap((member): CorrectedGroup[] => {
      const { inputs, result } = observe(rule, columns, member);
      const values = inputs.map(toValue);
      const old = before.get(labelsKey(member.labels));
      const same = old !== undefined && old.result === result && values.every((value, i) => value === old.values[i]);
      return same ? [] : [{ labels: member.labels, values, result }];
    });
    if (groups.length > 0) changed.push({ t, body: { ...tick, c: groups, ca: clock.now() } });
  }
  if (changed.length === 0) return;
  const commit = { cursor: runtime.state, groups: new Map(), intents: [], ticks: changed };
  const version = await state.commitTick(rule.id, runtime.version, commit);
  runtime.committed(version, runtime.state, runtime.groups);
}
