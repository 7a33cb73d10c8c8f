/** What a search over the captured log must find, worked out from its JSON alone. */
import type { Capture, CapturedLog } from '../../support/capture.ts';

/** Log lines with the place each has in its topic: one partition per container. */
export interface PlacedLog extends CapturedLog {
  readonly partition: number;
  readonly offset: number;
}

/** Partition by container, offset by order, as a producer keyed by container has them. */
export function placeLogs(capture: Capture): PlacedLog[] {
  const containers = [...new Set(capture.logs.map(line => line.container_id))];
  const next = containers.map(() => 0);
  return capture.logs.map(line => {
    const partition = containers.indexOf(line.container_id);
    const offset = next[partition] ?? 0;
    next[partition] = offset + 1;
    return { ...line, partition, offset };
  });
}

/** Newest first by (ts, partition, offset): one topic. */
export function newestFirst(lines: readonly PlacedLog[]): PlacedLog[] {
  return [...lines].sort((a, b) => b.ts - a.ts || b.partition - a.partition || b.offset - a.offset);
}

/** Name of each run, as Flink's own listener reported it. */
export function runNames(capture: Capture): ReadonlyMap<string, string> {
  return new Map(capture.statuses.map(status => [status.job_id, status.job_name]));
}

/** The job of a line: that of its run where the MDC names one, else what the environment said. */
export function jobOf(line: CapturedLog, names: ReadonlyMap<string, string>): string {
  return names.get(line.mdc?.['flink-job-id'] ?? '') ?? line.job_name;
}

/** Whether the words follow each other in the message or in the stack trace, whatever stands between them. */
export function hasPhrase(line: CapturedLog, ...words: readonly string[]): boolean {
  const between = '[^\\p{L}\\p{N}_]+';
  const phrase = new RegExp(`(?<![\\p{L}\\p{N}_])${words.join(between)}(?![\\p{L}\\p{N}_])`, 'iu');
  return phrase.test(line.message) || phrase.test(line.stack ?? '');
}
