/** An engine on stores of its own, time that passes as a test says, and what it decided. */
import { createEngine, type Engine, type EngineDeps } from '../../alerting/engine.ts';
import type { RuleDocumentInput } from '../../alerting/evaluate/document.ts';
import { compileRule, type Rule } from '../../alerting/evaluate/rule.ts';
import type { Intent } from '../../alerting/intent.ts';
import { ManualClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { StateStore } from '../../store/state-store.ts';
import { MINUTE, START } from './evaluate/scenario.ts';

const opened: StateStore[] = [];

/** Closes the stores of all benches: for a file's `afterEach`. */
export async function closeBenches(): Promise<void> {
  for (const state of opened.splice(0)) await state.close();
}

/** An engine and what it stands on. */
export interface Bench {
  engine: Engine;
  readonly clock: ManualClock;
  readonly metrics: MemoryMetricStore;
  readonly state: StateStore;
  readonly deps: EngineDeps;
  readonly warnings: string[];
}

/** An engine on the embedded state store and metrics in memory, at START, with the given rules. */
export async function bench(rules: readonly RuleDocumentInput[], changes: Partial<EngineDeps> = {}): Promise<Bench> {
  const clock = new ManualClock(START - 1);
  const metrics = new MemoryMetricStore();
  const state = changes.state ?? openSqliteStateStore({ path: ':memory:', clock });
  opened.push(state);
  const warnings: string[] = [];
  const log = (_: object, message: string): void => void warnings.push(message);
  const deps: EngineDeps = {
    state,
    reader: metrics,
    watermark: () => Number.POSITIVE_INFINITY,
    clock,
    telemetry: createTelemetry(),
    logger: { warn: log, error: log },
    config: { delayMs: 30_000, maxWaitMs: 5 * MINUTE, metaReceivers: ['ops'] },
    ...changes,
  };
  const engine = createEngine(deps);
  await engine.start();
  await engine.load(rules.map(document => ({ rule: compile(document), savedAt: START - 1 })));
  return { engine, clock, metrics, state, deps, warnings };
}

/** A rule whose id is its name. */
export function compile(document: RuleDocumentInput): Rule {
  return compileRule(document.name, document);
}

/** Lets time pass, a heartbeat every ten seconds. */
export async function live(b: Bench, minutes: number): Promise<void> {
  for (let i = 0; i < minutes * 6; i++) {
    await b.clock.advance(10_000);
    await b.engine.tick();
  }
}

/** Another process takes over the same stores. */
export async function restart(b: Bench, rules: readonly RuleDocumentInput[]): Promise<void> {
  await b.engine.stop();
  b.engine = createEngine(b.deps);
  await b.engine.start();
  await b.engine.load(rules.map(document => ({ rule: compile(document), savedAt: START - 1 })));
}

/** What nobody has been told of yet. */
export async function intents(b: Bench): Promise<Intent[]> {
  return (await b.state.openIntents()).map(intent => intent.body as Intent);
}

/** The same in words: minutes since START, kind, reason or code. */
export async function kinds(b: Bench): Promise<string[]> {
  return (await intents(b)).map(({ t, kind, reason, late, code, endsAt }) =>
    [
      (t - START) / MINUTE,
      kind,
      reason,
      code,
      kind === 'meta' && endsAt !== null ? 'ended' : undefined,
      late ? 'late' : undefined,
    ]
      .filter(part => part !== undefined)
      .join(' '),
  );
}

/** Everything kept of a rule's ticks. */
export const history = (b: Bench, id = 'r') => b.engine.history(id, 0, Number.MAX_SAFE_INTEGER);
