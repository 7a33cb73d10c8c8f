/**
 * PORTS of what a message says beyond the alert itself; `app` wires them to lineage and the stores. All are best effort: an
 * answer that is missing makes a poorer message, never a missing one.
 */
import type { Labels } from '../../model/labels.ts';
import type { Intent } from '../intent.ts';
import type { MessageAlert, MessageChart } from './message.ts';

/** Whose it is, and what it breaks. Synchronous: answered from the graph in memory. */
export interface ImpactSource {
  /** Team or person owning the job, dataset or report these alert labels name; '' when unknown. */
  ownerOf(labels: Labels): string;
  /** Names of the reports (报表) downstream of it, most important first; empty when unknown. */
  affects(labels: Labels): readonly string[];
}

/** What lies upstream of what (血缘上游). Synchronous: answered from the graph in memory. */
export interface PathSource {
  /** The node of the graph that these alert labels name; null when there is none. */
  nodeOf(labels: Labels): string | null;
  /** All nodes whose data reaches this one. */
  upstreamOf(node: string): ReadonlySet<string>;
}

/** The log line that explains an alert. */
export interface LogSource {
  /** Latest ERROR (else WARN) line of what the labels name, near `at`; null when there is none. Lines around it print times of `zone`. May reject. */
  explain(
    labels: Labels,
    at: number,
    signal?: AbortSignal,
    zone?: string,
  ): Promise<NonNullable<MessageAlert['logLine']> | null>;
}

/** Why an alert is so, from the figures of the job it names. */
export interface CauseSource {
  /** The likeliest cause at `at`; null when none is known or the labels name no job. May reject. */
  cause(labels: Labels, at: number, signal?: AbortSignal): Promise<NonNullable<MessageAlert['cause']> | null>;
}

/** The metric around an alert. */
export interface ChartSource {
  /** What the rule of this alert compared, over the time before it; null when there is nothing to draw. May reject. */
  chart(intent: Intent, signal?: AbortSignal): Promise<MessageChart | null>;
}
