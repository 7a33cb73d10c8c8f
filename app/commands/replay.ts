import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { replayFile } from '../../collector/file-source.ts';
import { STREAMS } from '../../collector/source.ts';
import { UserError } from '../../model/errors.ts';
import { createDaemonClient } from './daemon-client.ts';

const MAX_WAITS = 120;

/** `tidewatch replay STREAM FILE…`: sends files of records to a running daemon. The same file sent twice counts once. */
export async function replay(options: {
  stream: string;
  files: readonly string[];
  url: string;
  json: boolean;
}): Promise<number> {
  const stream = STREAMS.find(s => s === options.stream);
  if (!stream || options.files.length === 0) {
    throw new UserError(
      'bad-request',
      `usage: tidewatch replay ${STREAMS.join('|')} FILE… [--url http://127.0.0.1:8686]`,
    );
  }
  const daemon = createDaemonClient(options.url, { maxWaits: MAX_WAITS });
  let bad = 0;
  for (const file of options.files) {
    const { size, mtimeMs } = statSync(file);
    const id = createHash('sha256').update(`${file} ${size} ${mtimeMs}`).digest('hex').slice(0, 24);
    const result = await replayFile(file, stream, daemon.ingest, { id });
    bad += result.rejected;
    if (options.json) process.stdout.write(`${JSON.stringify({ file, ...result })}\n`);
    else {
      process.stdout.write(`${file}: ${result.accepted} accepted, ${result.rejected} rejected\n`);
      for (const e of result.examples) process.stdout.write(`  line ${e.line}: ${e.code}: ${e.reason}\n`);
    }
  }
  return bad === 0 ? 0 : 1;
}
