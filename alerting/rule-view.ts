import type { RuleHealth } from './engine.ts';
import type { RuleDocument } from './evaluate/document.ts';
import type { RuleEntry } from './rule-book.ts';

/** `GET /rules/{id}`: the document with defaults filled in, and what is known of it. */
export interface RuleView extends RuleDocument {
  readonly id: string;
  readonly version: string;
  readonly origin: RuleEntry['origin']['kind'];
  /** The file that manages it. */
  readonly file?: string;
  /** The part of the daemon that wrote it, and whether a person's text stands in its place. */
  readonly source?: string;
  readonly overridden?: boolean;
  readonly health: RuleHealth;
  readonly late_after_eval: number;
  /** With this delay the points that came late would have been seen; absent while none was late. */
  readonly suggested_delay?: string;
  /** The next five ticks, ISO 8601; empty for a rule that is off. */
  readonly next_runs: readonly string[];
}
