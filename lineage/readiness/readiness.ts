/**
 * lineage/readiness: may an offline job start on a period's data? `readiness.ts` decides (pure), `row-count.ts` counts what arrived,
 * `gate.ts` asks tables, graph and stores, `watch.ts` lets many wait for one answer.
 */
import type { FreshnessAnswer } from '../lag/answer.ts';
import type { RowCount } from './row-count.ts';

/** Is everything of the period that ends at `completeTo` there? */
export interface ReadinessQuestion {
  /** A report, a dataset id, or a hop without output. */
  readonly target: string;
  /** End of the period, epoch ms. */
  readonly completeTo: number;
  /** Rows the period must have; absent: not checked. */
  readonly expectedRows?: number;
  /** Length of the period, ms: the rows of (completeTo - periodMs, completeTo] are counted. */
  readonly periodMs: number;
}

/**
 * Why it is not: `period-open` the period has not ended; `stale` the hop has stopped reporting; `unknown` how far the data goes cannot be
 * told; `behind` it does not go far enough; `checkpoint` what the hop wrote is not yet committed by a checkpoint after the period's end;
 * `rows-short`, `rows-duplicate` fewer or more rows than declared; `rows-unknown` nobody counted them.
 */
export type BlockReason =
  | 'period-open'
  | 'stale'
  | 'unknown'
  | 'behind'
  | 'checkpoint'
  | 'rows-short'
  | 'rows-duplicate'
  | 'rows-unknown';

export interface Block {
  /** Null where no hop is to blame. */
  readonly hop: string | null;
  readonly reason: BlockReason;
  /** Time until it is over; null when it cannot be told. */
  readonly eta_ms: number | null;
}

/** The gate's answer as the API gives it (contracts.md 5.4). */
export interface Readiness {
  readonly ready: boolean;
  readonly complete_up_to: number | null;
  readonly blocking: readonly Block[];
  readonly rows: {
    readonly expected: number;
    readonly actual: number;
    readonly verdict: 'ok' | 'short' | 'duplicate';
  } | null;
}

/** A hop whose output is seen only after a checkpoint. */
export interface CommittingWriter {
  readonly hop: string;
  /** Barrier of its last completed checkpoint, and when the next one may complete; null when none is known. */
  readonly barrier: number | null;
  readonly nextAt: number | null;
}

export interface ReadinessFacts {
  readonly question: ReadinessQuestion;
  /** As of now (`answer.ts`). */
  readonly answer: FreshnessAnswer;
  /** `complete_up_to` some time ago, for the speed; null when not known. */
  readonly earlier: { readonly at: number; readonly completeUpTo: number | null };
  /** Hops that write the datasets asked about and commit with checkpoints. */
  readonly committing: readonly CommittingWriter[];
  /** Null when nobody counted. */
  readonly rows: RowCount | null;
}

/** Below this speed the data does not come nearer; no time is told. */
const LEAST_SPEED = 0.05;

/** True when the data goes far enough that its rows are worth counting. */
export function isComplete(answer: FreshnessAnswer, completeTo: number): boolean {
  return answer.complete_up_to !== null && answer.complete_up_to >= completeTo;
}

/** Decides. Ready means: the safe bound has passed the period's end, committed by a checkpoint, no hop stale, rows as declared. */
export function judgeReadiness(facts: ReadinessFacts): Readiness {
  const { question, answer, committing } = facts;
  const blocking: Block[] = answer.stale.map(hop => ({ hop, reason: 'stale', eta_ms: null }));
  const complete = isComplete(answer, question.completeTo);
  if (!complete) {
    const late = lateness(facts);
    // A hop that is silent is said to be; that it also holds the data back follows.
    if (late.reason !== 'unknown' || blocking.length === 0) {
      if (late.hop === null || !answer.stale.includes(late.hop)) blocking.push(late);
    }
  }
  for (const { hop, barrier, nextAt } of complete ? committing : []) {
    if (barrier !== null && barrier >= question.completeTo) continue;
    blocking.push({ hop, reason: 'checkpoint', eta_ms: nextAt === null ? null : Math.max(0, nextAt - answer.ts) });
  }
  const rows = complete ? judgeRows(question.expectedRows, facts.rows) : null;
  if (complete && question.expectedRows !== undefined && rows?.verdict !== 'ok') {
    const reason = rows === null ? 'rows-unknown' : rows.verdict === 'short' ? 'rows-short' : 'rows-duplicate';
    blocking.push({ hop: facts.rows?.hop ?? null, reason, eta_ms: null });
  }
  return { ready: blocking.length === 0, complete_up_to: answer.complete_up_to, blocking, rows };
}

function lateness(facts: ReadinessFacts): Block {
  const { answer, question } = facts;
  if (answer.complete_up_to === null) return { hop: answer.blame, reason: 'unknown', eta_ms: null };
  const eta_ms = timeLeft(facts, answer.complete_up_to);
  const open = question.completeTo > answer.ts;
  return { hop: open ? null : answer.blame, reason: open ? 'period-open' : 'behind', eta_ms };
}

/** Time until the safe bound has passed the end, at the speed of late; none while the hop to blame stands still. */
function timeLeft({ answer, earlier, question }: ReadinessFacts, upTo: number): number | null {
  const { blame } = answer;
  const status = blame === null ? 'OK' : answer.status[blame];
  if (blame !== null && (status === 'STOP' || status === 'STALL' || answer.stale.includes(blame))) return null;
  const known = earlier.completeUpTo !== null && earlier.at < answer.ts;
  const speed = known ? (upTo - (earlier.completeUpTo ?? upTo)) / (answer.ts - earlier.at) : 1;
  if (speed < LEAST_SPEED) return null;
  // However fast it catches up, data cannot be there before its time.
  return Math.ceil(Math.max((question.completeTo - upTo) / speed, question.completeTo - answer.ts));
}

/** Counts of a flowing stream are known within bounds; what lies outside them is missing or there twice. */
function judgeRows(expected: number | undefined, counted: RowCount | null): Readiness['rows'] {
  if (expected === undefined || counted === null) return null;
  const verdict = expected > counted.high ? 'short' : expected < counted.low ? 'duplicate' : 'ok';
  return { expected, actual: counted.actual, verdict };
}
