/** What the engine needs of the rest of the daemon. */
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { StateStore } from '../store/state-store.ts';
import type { LogReader, MetricReader } from './evaluate/frame.ts';
import type { Rule } from './evaluate/rule.ts';

export interface EngineConfig {
  /** Evaluation delay of rules that name none (`alerting.delay`), ms. */
  readonly delayMs: number;
  /** How long a tick waits for a store that answers but is behind (`alerting.max_wait`), ms. */
  readonly maxWaitMs: number;
  /** Receivers of what the daemon says about itself; empty: the rule's own. */
  readonly metaReceivers: readonly string[];
}

export interface EngineDeps {
  readonly state: StateStore;
  readonly reader: MetricReader;
  /** Event time up to which the metric store has everything, epoch ms; Infinity when it is always level (embedded intake). */
  readonly watermark: () => number;
  /** Lines for rules over logs, and the event time up to which they are all there; without it such rules find none. */
  readonly logs?: LogReader;
  readonly logWatermark?: () => number;
  /** When the job of this name ended for good (CANCELED, FINISHED); null while it runs or is not known. */
  readonly jobEndedAt?: (job: string) => number | null;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'ticks' | 'tickSeconds' | 'rulesBehind'>;
  readonly logger: EngineLogger;
  readonly config: EngineConfig;
}

/** The part of a pino logger the engine uses. */
export interface EngineLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A rule and when its document was saved: a new or re-enabled rule starts at the first tick after that. */
export interface SavedRule {
  readonly rule: Rule;
  readonly savedAt: number;
}

export interface RuleHealth {
  readonly state: 'ok' | 'error';
  readonly code?: string;
}
