/** What the windows of a statement mean for how late its results come. */
import type { Findings, WindowUse } from './analysis.ts';

/** How often event-time results come, ms: the longest step of the windows; null without any. */
export function longestStep(windows: readonly WindowUse[]): number | null {
  const steps = windows.flatMap(({ stepMs }) => (stepMs !== null && stepMs > 0 ? [stepMs] : []));
  return steps.length === 0 ? null : Math.max(...steps);
}

/** Watermark delay of the windows' time columns, or without windows the longest one read, ms. */
export function allowedDisorder(windows: readonly WindowUse[], { watermarks }: Findings): number {
  const times = windows.flatMap(window => window.timeSources);
  const delays = times.length > 0 ? times.map(time => watermarks.get(time) ?? 0) : [...watermarks.values()];
  return Math.max(0, ...delays);
}
