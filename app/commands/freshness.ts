import { createReadStream } from 'node:fs';
import { replayFreshness } from '../../lineage/lag/replay.ts';
import { readLines, writeOut } from './lines.ts';

/** `tidewatch freshness replay FILE`: answers the queries of a file of offset rows (contracts.md section 5.3). */
export async function freshnessReplay(file: string): Promise<number> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  for await (const answer of replayFreshness(eachLine(input))) await writeOut(`${answer}\n`);
  return 0;
}

async function* eachLine(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const lines of readLines(input)) yield* lines;
}
