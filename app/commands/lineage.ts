import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseBatchLine } from '../../lineage/sql/batch.ts';
import { parseScript } from '../../lineage/sql/lineage.ts';

const FLUSH_CHARS = 65_536;

/** `tidewatch lineage parse --batch`: NDJSON in, NDJSON out, in order (contracts.md section 5.1). */
export async function lineageParseBatch(): Promise<number> {
  let out = '';
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    out += `${parseBatchLine(line)}\n`;
    if (out.length < FLUSH_CHARS) continue;
    if (!process.stdout.write(out)) await new Promise(resolve => process.stdout.once('drain', resolve));
    out = '';
  }
  process.stdout.write(out);
  return 0;
}

/** `tidewatch lineage parse FILE.sql`: tables with what reads and writes them; exit 1 with errors. */
export function lineageParseFile(file: string, json: boolean): number {
  const answer = parseScript({ sql: readFileSync(file, 'utf8') });
  if (json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else {
    process.stdout.write(
      `reads  ${answer.sources.join(', ') || '-'}\nwrites ${answer.sink.join(', ') || '-'}\nlooks up ${answer.dims.join(', ') || '-'}\n`,
    );
    for (const e of answer.errors) process.stdout.write(`${file}:${e.line}:${e.column} ${e.message}\n`);
  }
  return answer.ok ? 0 : 1;
}
