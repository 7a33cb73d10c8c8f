import type { JSX } from 'preact';
import type { Level } from '../api/estate.ts';
import { words } from '../i18n/language.ts';

/** A state as a shape of its own: disc, triangle, octagon, ring. Colour is never the only sign. */
export function LevelShape({ level, size = 12 }: { level: Level; size?: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" class={`shape-${level}`}>
      {level === 'ok' && <circle cx="6" cy="6" r="4.2" />}
      {level === 'warning' && <path d="M6 .9 11.6 11H.4Z" />}
      {level === 'critical' && <path d="M3.7.4h4.6l3.3 3.3v4.6l-3.3 3.3H3.7L.4 8.3V3.7Z" />}
      {level === 'unknown' && <circle cx="6" cy="6" r="4.2" stroke-width="1.8" stroke-dasharray="2.4 2" />}
    </svg>
  );
}

/** Shape and word. `pill` gives it a soft background; `text` replaces the level's own word. */
export function LevelBadge({ level, text, pill }: { level: Level; text?: string; pill?: boolean }): JSX.Element {
  return (
    <span class={`level level-${level}${pill ? ' pill' : ''}`}>
      <LevelShape level={level} />
      {text ?? words().level[level]}
    </span>
  );
}

/** Level of an alert's severity. */
export function severityLevel(severity: string): Level {
  if (severity === 'critical' || severity === 'error') return 'critical';
  return severity === 'info' ? 'unknown' : 'warning';
}

/** Level of a Flink job status. */
export function statusLevel(status: string): Level {
  if (status === 'RUNNING' || status === 'FINISHED') return 'ok';
  if (status === 'FAILED' || status === 'FAILING') return 'critical';
  return status === 'RESTARTING' || status === 'CANCELED' || status === 'CANCELLING' ? 'warning' : 'unknown';
}
