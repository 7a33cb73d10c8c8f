/**
 * lineage/objectives: what reports promise and how they keep it. Every look at a report's freshness is judged (`verdict.ts`), the worst look
 * of a minute is its verdict (`minute-ledger.ts`), and the standing follows from the minutes that count (`calendar.ts`, `period.ts`,
 * `tally.ts`, `standing.ts`). `objective-keeper.ts` runs it; `burn-rules.ts` makes the rules that page.
 */
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { nextTurn } from '../../model/next-turn.ts';
import { MAX_PERIOD_DAYS, type ReportObjective } from '../../model/objective.ts';
import { type Repeated, repeat } from '../../model/repeat.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { CatchUp } from '../lag/catch-up.ts';
import type { Report } from '../lag/freshness-series.ts';
import type { ReportFreshness } from '../lag/report-answer.ts';
import { CountedTime } from './calendar.ts';
import { type DayDocument, dayDocumentId, decodeDay, encodeDays, ledgerOf } from './day-document.ts';
import { MINUTE_MS, MINUTES_A_DAY, MinuteLedger } from './minute-ledger.ts';
import { objectiveSeries } from './objective-series.ts';
import { daysKept } from './period.ts';
import { BURN_WINDOWS, type Standing, standingOf } from './standing.ts';
import { judge, type Look, worse } from './verdict.ts';

/** Looks at every report this often: the phase of checkpoints and windows must not decide what a minute was. */
const LOOK_MS = 10_000;
const KIND = 'objective_minutes';
/** Reports between two turns of the event loop. */
const SLICE = 100;

export interface ObjectiveKeeperOptions {
  readonly reports: () => readonly Report[];
  /** Every report's freshness at an instant. */
  readonly freshness: (at: number) => readonly ReportFreshness[];
  /** Which instants to look at, from an instant on: minutes missed in a downtime count as well. */
  readonly catchUp: (from: number) => Pick<CatchUp, 'due' | 'done'>;
  readonly metricStore: Pick<MetricStore, 'append'>;
  readonly state: Pick<StateStore, 'list' | 'putMany' | 'delete'>;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'storeErrors' | 'sloBudgetLeft' | 'sloBurnRate'>;
  /** Told of every failed round. */
  readonly onError?: (error: unknown) => void;
}

/** A report with an objective, its minutes, and which of them count. */
export interface Tracked {
  readonly report: string;
  readonly owner: string;
  readonly objective: ReportObjective;
  readonly counted: CountedTime;
  readonly ledger: MinuteLedger;
}

export interface ObjectiveKeeper {
  /** Restores the minutes, then judges on and on. Rejects when they cannot be read. */
  start(): Promise<void>;
  /** Ends the timer and writes what is judged. Idempotent. */
  stop(): Promise<void>;
  /** Looks at every report now; a minute that has ended is judged, stored and told as series. */
  look(at: number): Promise<void>;
  /** How a report stands; null for one without an objective. */
  standing(report: string, at?: number): Standing | null;
  /** The minutes of a report; null for one without an objective. */
  tracked(report: string): Tracked | null;
}

/** What is kept of a report's minutes, whether it is declared now or not. */
interface Kept {
  readonly ledger: MinuteLedger;
  /** The minute under way, and its worst look. */
  minute: number;
  look: Look | null;
  /** First minute not yet written. */
  unwritten: number;
}

/** Keeps the minutes of every report that has an objective. One per daemon; runs where the evaluation lease is held. */
export function createObjectiveKeeper(options: ObjectiveKeeperOptions): ObjectiveKeeper {
  return new Keeper(options);
}

class Keeper implements ObjectiveKeeper {
  readonly #options: ObjectiveKeeperOptions;
  readonly #kept = new Map<string, Kept>();
  #tracked = new Map<string, Tracked>();
  readonly #standings = new WeakMap<Tracked, { readonly key: string; readonly standing: Standing }>();
  readonly #looking: Repeated;
  #schedule: Pick<CatchUp, 'due' | 'done'>;

  constructor(options: ObjectiveKeeperOptions) {
    this.#options = options;
    this.#schedule = options.catchUp(Number.NaN);
    this.#looking = repeat(options.clock, LOOK_MS, () => this.#quietly(this.#lookAround()));
  }

  async start(): Promise<void> {
    const { state, telemetry } = this.#options;
    const documents = await state.list(KIND);
    const days = documents.flatMap(({ body }) => decodeDay(body) ?? []);
    const unreadable = documents.length - days.length;
    if (unreadable > 0) telemetry.storeErrors.inc({ store: KIND, reason: 'unreadable' }, unreadable);
    for (const [report, stored] of Map.groupBy(days, day => day.report)) {
      const ledger = ledgerOf(stored);
      this.#kept.set(report, { ledger, minute: 0, look: null, unwritten: ledger.end ?? 0 });
    }
    const ends = [...this.#kept.values()].flatMap(({ ledger }) => ledger.end ?? []);
    // The first minute not judged yet is looked at at its beginning.
    this.#schedule = this.#options.catchUp(ends.length === 0 ? Number.NaN : Math.max(...ends) * MINUTE_MS - 1);
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    await this.#quietly(this.#persist());
  }

  async look(at: number): Promise<void> {
    const minute = Math.floor(at / MINUTE_MS);
    const ended: Tracked[] = [];
    this.#follow();
    for (const answer of this.#options.freshness(at)) {
      const tracked = this.#tracked.get(answer.report);
      const kept = this.#kept.get(answer.report);
      if (tracked === undefined || kept === undefined || minute < kept.minute) continue;
      if (minute > kept.minute) {
        if (kept.look !== null) {
          kept.ledger.append(kept.minute, kept.look.verdict, kept.look.hop);
          ended.push(tracked);
        }
        kept.minute = minute;
        kept.look = null;
      }
      const look = judge(answer, tracked.objective.ageMs);
      kept.look = kept.look === null ? look : worse(kept.look, look);
    }
    if (ended.length === 0) return;
    // Minutes first: series follow from them, not the other way round.
    await this.#persist();
    await this.#forget(minute);
    await this.#record(ended, minute * MINUTE_MS);
  }

  async #lookAround(): Promise<void> {
    for (const at of this.#schedule.due(this.#options.clock.now())) {
      await this.look(at);
      this.#schedule.done(at);
    }
  }

  standing(report: string, at = this.#options.clock.now()): Standing | null {
    const tracked = this.tracked(report);
    return tracked === null ? null : this.#standing(tracked, at);
  }

  tracked(report: string): Tracked | null {
    this.#follow();
    return this.#tracked.get(report) ?? null;
  }

  /** A standing changes with the minute only, and boards ask for all of them again and again. */
  #standing(tracked: Tracked, at: number): Standing {
    const key = `${Math.floor(at / MINUTE_MS)} ${tracked.ledger.end}`;
    const known = this.#standings.get(tracked);
    if (known?.key === key) return known.standing;
    const standing = standingOf(tracked.objective, tracked.counted, tracked.ledger, at);
    this.#standings.set(tracked, { key, standing });
    return standing;
  }

  /** Takes over which reports there are and what they promise. Minutes stay as they were judged. */
  #follow(): void {
    const before = this.#tracked;
    this.#tracked = new Map();
    for (const { name, owner, slo } of this.#options.reports()) {
      if (slo === undefined) continue;
      let kept = this.#kept.get(name);
      if (kept === undefined) {
        kept = { ledger: new MinuteLedger(), minute: 0, look: null, unwritten: 0 };
        this.#kept.set(name, kept);
      }
      const known = before.get(name);
      before.delete(name);
      this.#tracked.set(
        name,
        known !== undefined && known.objective === slo && known.owner === owner
          ? known
          : {
              report: name,
              owner,
              objective: slo,
              counted: new CountedTime(slo.calendar ?? null),
              ledger: kept.ledger,
            },
      );
    }
    for (const gone of before.keys()) this.#untell(gone);
  }

  async #persist(): Promise<void> {
    const written: [Kept, number][] = [];
    const documents: DayDocument[] = [];
    for (const [report, kept] of this.#kept) {
      const { end } = kept.ledger;
      if (end === null || kept.unwritten >= end) continue;
      for (const document of encodeDays(report, kept.ledger, kept.unwritten)) documents.push(document);
      written.push([kept, end]);
    }
    if (documents.length === 0) return;
    await this.#options.state.putMany(KIND, documents);
    for (const [kept, end] of written) kept.unwritten = end;
  }

  /** Drops the days no period needs any more. */
  async #forget(minute: number): Promise<void> {
    const today = Math.floor(minute / MINUTES_A_DAY);
    for (const [report, { ledger }] of this.#kept) {
      const objective = this.#tracked.get(report)?.objective;
      const oldest = today - (objective === undefined ? MAX_PERIOD_DAYS : daysKept(objective));
      const first = ledger.first === null ? oldest : Math.floor(ledger.first / MINUTES_A_DAY);
      for (let day = first; day < oldest; day++)
        await this.#options.state.delete(KIND, dayDocumentId(report, day), 'any');
      if (first < oldest) ledger.forgetBefore(oldest * MINUTES_A_DAY);
      if (ledger.first === null && objective === undefined) this.#kept.delete(report);
    }
  }

  async #record(ended: readonly Tracked[], at: number): Promise<void> {
    const { metricStore, telemetry } = this.#options;
    const groups: MetricGroup[] = [];
    for (const [i, tracked] of ended.entries()) {
      // Requests come between: a thousand reports take a while.
      if (i % SLICE === SLICE - 1) await nextTurn();
      const { report } = tracked;
      const standing = this.#standing(tracked, at);
      groups.push(...objectiveSeries(report, standing, at));
      this.#untell(report);
      telemetry.sloBudgetLeft.set({ report }, standing.budget.left_ratio);
      for (const [window, rate] of Object.entries(standing.burn_rate)) {
        if (rate !== null) telemetry.sloBurnRate.set({ report, window }, rate);
      }
    }
    await metricStore.append(groups, { visible: false });
  }

  /** Takes a report's gauges back: what is no longer known must not stand there. */
  #untell(report: string): void {
    const { sloBudgetLeft, sloBurnRate } = this.#options.telemetry;
    sloBudgetLeft.remove({ report });
    for (const window of Object.keys(BURN_WINDOWS)) sloBurnRate.remove({ report, window });
  }

  /** A store that is away costs nothing but time: what is judged is written in a later round. */
  async #quietly(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.onError?.(error);
      const reason = error instanceof StoreAwayError ? 'away' : 'internal';
      this.#options.telemetry.storeErrors.inc({ store: KIND, reason });
    }
  }
}
