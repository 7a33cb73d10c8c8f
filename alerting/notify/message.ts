/** What a notification says, before any channel has shaped it. Channels render this; they add no facts. */
import type { Labels } from '../../model/labels.ts';
import type { Digest } from './digest-message.ts';

export interface MessageAlert {
  readonly status: 'firing' | 'resolved' | 'nodata' | 'stale' | 'flapping' | 'meta';
  readonly labels: Labels;
  /** Tick stamps, epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** One line for people, from the rule's `summary` template. */
  readonly summary: string;
  /** The rule's condition with the numbers filled in: `lag(sdk_log) 12,345 > 10,000`. */
  readonly formula: string;
  /** Hint columns (提示列), in the rule's order, and system annotations such as `late`. */
  readonly annotations: readonly { readonly name: string; readonly value: string }[];
  /** Values {0}, {1}, … at the tick; null = unknown. */
  readonly values: readonly (number | null)[];
  /** Why a resolve happened when not by the condition: edited, job-ended, vanished, disabled. */
  readonly reason?: string;
  /** Deep link to the alert's page. */
  readonly url: string;
  /** Owner of the job or report, '' when unknown. */
  readonly owner: string;
  /** Downstream reports the alert's job or topic feeds. */
  readonly affects: readonly string[];
  /** Why it is so, as far as figures tell: the likeliest cause with its evidence and what to do, in each language. */
  readonly cause?: { readonly zh: string; readonly en: string };
  /** Latest ERROR/WARN log line that explains it, if any, with the lines around it. */
  readonly logLine?: {
    readonly ts: number;
    readonly text: string;
    readonly url: string;
    readonly context?: readonly string[];
  };
  /** Signed link that acknowledges it; absent where nothing is left to acknowledge. */
  readonly ackUrl?: string;
  /** Who has acknowledged it. */
  readonly ackedBy?: string;
  /** Alerts that follow from it and are therefore not told on their own, as one line each. */
  readonly alsoAffected?: readonly string[];
  readonly chart?: MessageChart;
}

/** The metric around the alert, for channels that show pictures. */
export interface MessageChart {
  /** Metric and its labels. */
  readonly title: string;
  /** What the metric is for people, and whose it is (`topic=sdk_log`, '' of all); absent where nobody has described it. */
  readonly about?: { readonly zh: string; readonly en: string; readonly of: string } | undefined;
  /** Time (epoch ms, rising) and value; null where it is not known. */
  readonly points: readonly (readonly [at: number, value: number | null])[];
  /** The number it is compared with, where the condition is a plain comparison. */
  readonly threshold?: number;
  /** Where firing began, epoch ms. */
  readonly firingFrom: number;
  /** Where it ended; absent while it goes on. */
  readonly firingTo?: number;
  /** As the metric catalog spells it, '' when it has none. */
  readonly unit: string;
}

export interface Message {
  /** firing while any alert in it is. */
  readonly status: 'firing' | 'resolved' | 'info';
  readonly severity: 'info' | 'warning' | 'error' | 'critical';
  readonly title: string;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly receiver: string;
  /** The tick the message speaks of, epoch ms, and the zone to print times in. */
  readonly at: number;
  /** When it was told, epoch ms: what goes on has lasted until then. Absent: until `at`. */
  readonly toldAt?: number | undefined;
  readonly zone: string;
  readonly alerts: readonly MessageAlert[];
  /** Alerts left out because the group is too large. */
  readonly omitted: number;
  /** Alerts of the group told before and still firing, not repeated here. */
  readonly stillFiring?: number;
  /** Opens the group in the UI. */
  readonly url: string;
  /** A day of reports instead of alerts; `alerts` says the same in a line each. */
  readonly digest?: Digest;
}
