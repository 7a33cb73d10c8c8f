/** Log lines as the daemon answers them, and a store of such lines that answers like its API: newest first by (ts, arrival). */
import type { LogLine, LogPage } from '../../../app/commands/log-answers.ts';
import type { LogReader } from '../../../app/commands/log-follower.ts';

export function line(id: string, ts: number, more: Partial<LogLine> = {}): LogLine {
  return {
    ...{ id, ts, level: 'INFO', logger: 'l', message: id, job_name: 'etl', container_id: 'c1', host: 'h' },
    ...{ role: 'taskmanager', ...more },
  };
}

export class FakeLogs implements LogReader {
  readonly #lines: LogLine[] = [];
  /** Every request, in order. */
  readonly asked: string[] = [];
  /** Called before each answer: lines may come between two requests. */
  between: () => void = () => undefined;

  take(...lines: readonly LogLine[]): void {
    this.#lines.push(...lines);
  }

  async page(
    { from = -Infinity, to = Infinity }: { from?: number | undefined; to?: number | undefined },
    { limit, cursor }: { limit: number; cursor: string | null },
  ): Promise<Pick<LogPage, 'items' | 'next'>> {
    this.between();
    this.asked.push('page');
    const sorted = this.#lines
      .map((each, arrival) => ({ each, arrival }))
      .sort((a, b) => b.each.ts - a.each.ts || b.arrival - a.arrival)
      .filter(({ each, arrival }) => each.ts >= from && each.ts < to && isBehind(cursor, each.ts, arrival));
    const shown = sorted.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(({ each }) => each),
      next: sorted.length > limit && last !== undefined ? `${last.each.ts}/${last.arrival}` : null,
    };
  }

  async counts(
    { from = -Infinity, to = Infinity }: { from?: number | undefined; to?: number | undefined },
    intervalMs: number,
  ): Promise<ReadonlyMap<number, number>> {
    this.between();
    this.asked.push('counts');
    const counts = new Map<number, number>();
    for (const { ts } of this.#lines) {
      const t = Math.floor(ts / intervalMs) * intervalMs;
      if (ts >= from && ts < to) counts.set(t, (counts.get(t) ?? 0) + 1);
    }
    return counts;
  }
}

function isBehind(cursor: string | null, ts: number, arrival: number): boolean {
  if (cursor === null) return true;
  const [at = 0, place = 0] = cursor.split('/').map(Number);
  return ts < at || (ts === at && arrival < place);
}
