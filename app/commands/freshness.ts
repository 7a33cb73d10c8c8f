import { createReadStream } from 'node:fs';
import { replayFreshness } from '../../lineage/lag/replay.ts';
import { readLines, writeOut } from './lines.ts';

/** Lines told in full; the others are counted. */
const TOLD_ISSUES = 20;

/**
 * `tidewatch freshness replay FILE`: answers the queries of a file of offset rows (contracts.md section 5.3). Lines that cannot be used
 * are told on standard error and left out, as a stream does with its records; exit 1 when there were any.
 */
export async function freshnessReplay(file: string): Promise<number> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let skipped = 0;
  const answers = replayFreshness(eachLine(input), ({ line, message }) => {
    if (skipped++ < TOLD_ISSUES) process.stderr.write(`line ${line}: ${message}\n`);
  });
  for await (const answer of answers) await writeOut(`${answer}\n`);
  if (skipped > TOLD_ISSUES) process.stderr.write(`and ${skipped - TOLD_ISSUES} more lines that cannot be used\n`);
  return skipped === 0 ? 0 : 1;
}

async function* eachLine(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const lines of readLines(input)) yield* lines;
}
