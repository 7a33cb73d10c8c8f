import { UserError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
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

const BESIDE_THE_DOCUMENT: ReadonlySet<string> = new Set([
  'id',
  'version',
  'origin',
  'file',
  'source',
  'overridden',
  'health',
  'late_after_eval',
  'suggested_delay',
  'next_runs',
] satisfies Exclude<keyof RuleView, keyof RuleDocument>[]);

/**
 * The document in what was read of rule `id`, changed and sent back: what a view says beside it is left out. Throws `UserError`
 * bad-request for the view of another rule.
 */
export function documentIn(sent: Readonly<Record<string, Json>>, id: string): Record<string, Json> {
  if (sent['id'] !== undefined && sent['id'] !== id) {
    const message = `this is the text of rule ${JSON.stringify(sent['id'])}; send it to that rule, or leave out the id`;
    throw new UserError('bad-request', message, { issues: [{ path: 'id', message }] });
  }
  return Object.fromEntries(Object.entries(sent).filter(([name]) => !BESIDE_THE_DOCUMENT.has(name)));
}
