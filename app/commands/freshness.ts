import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { replayFreshness } from '../../lineage/lag/replay.ts';

/** `tidewatch freshness replay FILE`: answers the queries of a file of offset rows (contracts.md section 5.3). */
export async function freshnessReplay(file: string): Promise<number> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  for await (const answer of replayFreshness(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))) {
    process.stdout.write(`${answer}\n`);
  }
  return 0;
}
