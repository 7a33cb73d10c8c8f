/** What is told of a simulated pipeline: rows of the offsets stream, late, missing, by skewed clocks, by commits alone or as lags. */
import type { OffsetRow } from '../../model/offset-row.ts';
import type { Pipeline } from './pipeline.ts';
import type { RunningHop } from './pipeline-hop.ts';

/**
 * How a hop tells where it is: in the poll cycle beside the end offsets, by its own reporter, by what it committed, or as a lag per
 * partition or of the topic as a whole.
 */
export type ReportStyle = 'cycle' | 'reporter' | 'commits' | 'lag' | 'whole-lag';

export interface Reporting {
  readonly intervalMs: number;
  readonly style?: (hop: string) => ReportStyle;
  /** How far a reporter's clock is ahead, ms; negative = behind. */
  readonly skewMs?: (hop: string) => number;
  /** Reports that never come. */
  readonly isSilent?: (hop: string, t: number) => boolean;
  /** How much later a hop's reports come in, ms. */
  readonly delayMs?: (hop: string, t: number) => number;
}

/** Rows of one poll cycle at the pipeline's present time. */
export function reports(
  pipeline: Pipeline,
  reporting: Reporting,
): readonly { readonly row: OffsetRow; readonly at: number }[] {
  const { now } = pipeline;
  const told: { row: OffsetRow; at: number }[] = [];
  for (const [topic, logs] of pipeline.topics) {
    for (const [partition, { end, start, stable }] of logs.entries()) {
      const ends = { endOffset: end, startOffset: start, ...(stable < end && { lastStableOffset: stable }) };
      told.push({ at: now, row: { type: 'offsets', ts: now, hop: '', topic, partition, polled: true, ...ends } });
    }
  }
  for (const [name, hop] of pipeline.hops) {
    if (reporting.isSilent?.(name, now) === true) continue;
    const at = now + (reporting.delayMs?.(name, now) ?? 0);
    for (const row of rowsOf(name, hop, now, reporting)) told.push({ row, at });
  }
  return told;
}

function* rowsOf(hop: string, running: RunningHop, now: number, reporting: Reporting): Generator<OffsetRow> {
  const style = reporting.style?.(hop) ?? 'cycle';
  // Brokers know the commits of a job that is down; the job itself tells nothing.
  if (running.isDown(now) && style !== 'commits') return;
  const ts = now + (style === 'reporter' ? (reporting.skewMs?.(hop) ?? 0) : 0);
  const { watermark } = running;
  // A job that begins has no place in a partition until it has read of it.
  const tells = (offset: number): boolean => offset > 0 || running.spec.startsAt === undefined;
  if (watermark !== null && !running.isDown(now)) {
    // Flink's is a millisecond before the first one that is still to come.
    const told = Number.isFinite(watermark) ? watermark - 1 : null;
    yield { type: 'watermark', ts, hop, watermark: told, lateDropped: running.lateDropped };
  }
  for (const [topic, readers] of running.inputs) {
    if (style === 'whole-lag') {
      yield {
        type: 'lag',
        ts,
        hop,
        topic,
        lagRecords: readers.reduce((sum, { log, next }) => sum + log.end - next, 0),
      };
      continue;
    }
    for (const [partition, reader] of readers.entries()) {
      const { position, log, next } = reader;
      if (style === 'lag') yield { type: 'lag', ts, hop, topic, partition, lagRecords: log.end - next };
      else if (style === 'commits') {
        const committed = running.committed.positions.get(reader) ?? 0;
        yield {
          type: 'offsets',
          ts,
          hop,
          topic,
          partition,
          endOffset: log.end,
          ...(tells(committed) && { committed }),
        };
      } else {
        const beside = style === 'cycle' ? { endOffset: log.end, startOffset: log.start } : {};
        if (tells(position) || style === 'cycle')
          yield { type: 'offsets', ts, hop, topic, partition, ...(tells(position) && { position }), ...beside };
      }
    }
  }
}

/** Checkpoints completed in (from, now]. */
export function checkpointRows(pipeline: Pipeline, from: number): readonly OffsetRow[] {
  return [...pipeline.hops].flatMap(([hop, { checkpoints }]) =>
    checkpoints
      .filter(({ ts }) => ts > from)
      .map(({ ts, barrierTs }): OffsetRow => ({ type: 'checkpoint', ts, hop, barrierTs })),
  );
}
