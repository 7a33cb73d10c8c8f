/**
 * What evaluation hands to notification: one transition of one group of one rule, without a channel. Evaluation commits it
 * together with the state that caused it (`StateStore.commitTick`); `notify/` turns it into messages in a commit of its own.
 */
import type { Labels } from '../model/labels.ts';

/** Severity levels of a rule (级别), mildest first. */
export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * Why an intent exists. `firing`: the group began to fire or its severity rose; `repeat`: it still fires and the repeat interval
 * (告警间隔) has passed; `resolved`: it ended; `nodata` / `nodata_resolved`: no group of the rule is known, or one is again;
 * `stale`: a firing group stopped reporting while others go on; `flapping`: it changes too often and is quiet from here on;
 * `meta`: the daemon speaks about the rule itself (`code`).
 */
export const INTENT_KINDS = [
  'firing',
  'repeat',
  'resolved',
  'nodata',
  'nodata_resolved',
  'stale',
  'flapping',
  'meta',
] as const;
export type IntentKind = (typeof INTENT_KINDS)[number];

/** A hint column (提示列) with its value as text. */
export type Annotation = {
  readonly name: string;
  readonly value: string;
};

/** Survives JSON (an alias, so that it counts as `Json`). Times are tick stamps, epoch ms UTC. */
export type Intent = {
  /** A function of (episode, kind, tick): the same transition found twice has the same id. */
  readonly id: string;
  readonly ruleId: string;
  readonly ruleName: string;
  /** Canonical key of the group's labels within the rule; '' for a rule without `group_by`. */
  readonly groupKey: string;
  readonly t: number;
  readonly kind: IntentKind;
  /** A function of (rule, group, startsAt): one firing from its beginning to its end, all repeats included. */
  readonly episode: string;
  /** alertname, severity, the rule's labels and the group's labels. */
  readonly labels: Labels;
  readonly severity: Severity;
  /** First tick of the condition being true. */
  readonly activeAt: number;
  /** Tick at which it began to fire. */
  readonly startsAt: number;
  /** Tick at which it ended; null while it goes on. */
  readonly endsAt: number | null;
  /** Values {0}, {1}, … at the tick; null = unknown or not applicable. */
  readonly values: readonly (number | null)[];
  /** The condition with its numbers filled in: `{0} 12,345 > 10,000`. */
  readonly formula: string;
  /** One line for people, from the rule's `summary` template. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** Why it ended when not by the condition: edited, disabled, deleted, group-by-changed, vanished, job-ended; or why it is unknown. */
  readonly reason?: string;
  /** True when the tick was replayed after a gap: the message says so. */
  readonly late: boolean;
  /** Error code of a `meta` intent. */
  readonly code?: string;
  readonly receivers: readonly string[];
  /** The rule's repeat interval (告警间隔), ms; absent: it never repeats. */
  readonly repeatMs?: number;
  /** Most repeats of one episode; absent: no limit. */
  readonly maxRepeats?: number;
  /** IANA zone in which to print times. */
  readonly zone: string;
};
