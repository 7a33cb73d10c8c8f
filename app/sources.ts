/** What the sources of one daemon say together: those of its collecting and those it reads as the owner of lag. */
import type { Source, SourceStatus } from '../collector/source.ts';

/** Null where there is none. */
export function statusOf(sources: readonly (Source | null | undefined)[]): SourceStatus | null {
  const all = sources.flatMap(source => (source ? [source.status()] : []));
  if (all.length === 0) return null;
  return {
    ready: all.every(({ ready }) => ready),
    detail: all.map(({ detail }) => detail).join('; '),
    streams: all.flatMap(({ streams }) => streams),
  };
}

/** Least event time all metric-like streams have reached; null while one is unknown. */
export function watermarkOf({ streams }: SourceStatus): number | null {
  return leastOf(streams.filter(s => s.stream !== 'logs' && s.stream !== 'jobs'));
}

/** The same of the logs: rules over lines wait for these. */
export function logWatermarkOf({ streams }: SourceStatus): number | null {
  return leastOf(streams.filter(s => s.stream === 'logs'));
}

function leastOf(streams: SourceStatus['streams']): number | null {
  const marks = streams.map(s => s.watermark);
  return marks.length === 0 || marks.includes(null) ? null : Math.min(...marks.map(m => m ?? 0));
}
