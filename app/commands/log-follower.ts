import type { LogLine, LogPage } from './log-answers.ts';
import type { LogSpan } from './log-question.ts';

const MINUTE = 60_000;
const PAGE = 1000;
/** Lines of one minute that are read newest first and turned round; more are read second by second. */
const AT_ONCE = 10_000;
/** Ids kept to know late lines from those told already, about 30 MB. Beyond it the oldest minutes keep their number only. */
const MAX_IDS = 200_000;

/** What a follower asks of the logs; `LogQuestion` is one. */
export interface LogReader {
  page(
    span: LogSpan,
    page: { readonly limit: number; readonly cursor: string | null },
    signal?: AbortSignal,
  ): Promise<Pick<LogPage, 'items' | 'next'>>;
  counts(span: LogSpan, intervalMs: number, signal?: AbortSignal): Promise<ReadonlyMap<number, number>>;
}

/** Lines nobody was told of, oldest first, or how many of a minute cannot be told any more. */
export type Followed =
  | { readonly kind: 'lines'; readonly lines: readonly LogLine[] }
  | { readonly kind: 'missed'; readonly minute: number; readonly count: number };

/** What is known of a minute: the ids told, or once there were too many, how many. */
interface Minute {
  ids: Set<string> | null;
  count: number;
}

/**
 * Finds lines that have come since it last looked, each exactly once, however late they are and in whatever order they come. The API pages from
 * new to old and lines come out of order, so the newest line seen is no place to go on from: instead it compares how many lines every minute
 * has with how many it told, and reads where there are more.
 */
export class LogFollower {
  readonly #reader: LogReader;
  readonly #maxIds: number;
  readonly #minutes = new Map<number, Minute>();
  #ids = 0;

  constructor(reader: LogReader, maxIds = MAX_IDS) {
    this.#reader = reader;
    this.#maxIds = maxIds;
  }

  /** What is new among the lines from an instant on. All calls must name the same instant or the beginnings of minutes after it. */
  async *look(from: number, signal?: AbortSignal): AsyncGenerator<Followed> {
    const counts = await this.#reader.counts({ from }, MINUTE, signal);
    for (const [minute, count] of [...counts].sort(([a], [b]) => a - b)) {
      const known = this.#minutes.get(minute) ?? { ids: new Set(), count: 0 };
      this.#minutes.set(minute, known);
      const more = count - known.count;
      if (more <= 0) continue;
      if (known.ids === null) {
        known.count = count;
        yield { kind: 'missed', minute, count: more };
        continue;
      }
      const span = { from: Math.max(from, minute), to: minute + MINUTE };
      const spans = more > AT_ONCE ? await this.#seconds(span, signal) : [span];
      for (const part of spans) {
        const lines = await this.#unknown(part, known.ids, spans.length > 1 ? Infinity : more, signal);
        this.#note(known, lines);
        if (lines.length > 0) yield { kind: 'lines', lines };
      }
      this.#forget();
    }
  }

  /** Forgets minutes before an instant, about which it is not going to be asked any more. */
  drop(before: number): void {
    for (const [minute, { ids }] of this.#minutes) {
      if (minute >= before) continue;
      this.#ids -= ids?.size ?? 0;
      this.#minutes.delete(minute);
    }
  }

  /** Those seconds of a minute that have lines. */
  async #seconds(span: LogSpan & { readonly from: number }, signal?: AbortSignal): Promise<readonly LogSpan[]> {
    const seconds = await this.#reader.counts(span, 1000, signal);
    return [...seconds.keys()].sort((a, b) => a - b).map(t => ({ from: Math.max(t, span.from), to: t + 1000 }));
  }

  /** Reads from new to old until so many lines were found that are not known. What came since they were counted is counted next time. */
  async #unknown(span: LogSpan, known: ReadonlySet<string>, wanted: number, signal?: AbortSignal): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    let cursor: string | null = null;
    // Most come in order: the newest are then all there is to read.
    let limit = Math.min(PAGE, 2 * wanted + 20);
    do {
      const page: Pick<LogPage, 'items' | 'next'> = await this.#reader.page(span, { limit, cursor }, signal);
      limit = PAGE;
      lines.push(...page.items.filter(({ id }) => !known.has(id)));
      cursor = page.next;
    } while (cursor !== null && lines.length < wanted);
    return lines.reverse();
  }

  #note(minute: Minute, lines: readonly LogLine[]): void {
    for (const { id } of lines) minute.ids?.add(id);
    minute.count += lines.length;
    this.#ids += lines.length;
  }

  /** Keeps the newest minute's ids whatever it takes: it is the one still being written. */
  #forget(): void {
    if (this.#ids <= this.#maxIds) return;
    const oldest = [...this.#minutes].sort(([a], [b]) => a - b).slice(0, -1);
    for (const [, minute] of oldest) {
      if (this.#ids <= this.#maxIds) return;
      this.#ids -= minute.ids?.size ?? 0;
      minute.ids = null;
    }
  }
}
