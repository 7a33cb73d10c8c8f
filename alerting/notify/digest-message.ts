/** The daily digest of reports as a message (`Message.digest`): figures for channels that have room for a table. */

/** One report in a digest, worst first. Texts are in Chinese and English where they differ. */
export interface DigestRow {
  readonly report: string;
  readonly url: string;
  readonly level: 'ok' | 'warning' | 'critical' | 'unknown';
  /** State and freshness in words. */
  readonly state: Bilingual;
  readonly text: Bilingual;
  /** Good minutes of the period by all judged ones, and what was promised; null without an objective. */
  readonly attainment: number | null;
  readonly target: number | null;
  /** Share of the error budget that is left; below 0 overspent. */
  readonly budgetLeft: number | null;
  /** Minutes of the time it speaks of. */
  readonly late: number;
  readonly unknown: number;
  readonly culprits: readonly { readonly hop: string; readonly minutes: number }[];
  readonly incidents: readonly { readonly from: number; readonly to: number; readonly hops: readonly string[] }[];
  /** Incidents beyond those listed. */
  readonly more: number;
}

export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

export interface Digest {
  /** The time it speaks of, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Whose reports; '' of all. */
  readonly owner: string;
  /** Reports with an objective, those of them that were late within the time, and the minutes of all; rows left out included. */
  readonly judged: number;
  readonly lateReports: number;
  readonly lateMinutes: number;
  readonly unknownMinutes: number;
  /** It was due long before it was sent. */
  readonly sentLate: boolean;
  readonly rows: readonly DigestRow[];
  /** Reports left out because there are too many. */
  readonly omitted: number;
}
