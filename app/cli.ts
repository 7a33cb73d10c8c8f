/** The command line: argv, signals, exit codes (0 ok, 1 findings, 2 usage or start-up failure). Everything else lives in `commands/`. */
import { parseArgs } from 'node:util';
import { UserError } from '../model/errors.ts';
import { restartWithSmallHeap } from './heap.ts';
import { VERSION } from './version.ts';

const USAGE = `tidewatch ${VERSION}

  tidewatch start [--config FILE]          run the daemon
  tidewatch demo                           a simulated estate with the UI, nothing to install
  tidewatch check-config [--config FILE]   check a configuration, every mistake with its place
  tidewatch doctor [--config FILE]         what this machine, Kafka and Elasticsearch are like
  tidewatch replay STREAM FILE…            send files of records to a running daemon (--url)
  tidewatch lineage parse FILE.sql         tables and columns of a SQL script (--batch: NDJSON on stdin)
  tidewatch freshness replay FILE          freshness along a recorded history of offsets

  --json   machine-readable output        --config FILE   default: built-in defaults, TIDEWATCH_* variables
`;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      url: { type: 'string', default: 'http://127.0.0.1:8686' },
      json: { type: 'boolean', default: false },
      batch: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', short: 'v', default: false },
    },
  });
  const [command, sub, ...rest] = positionals;
  if (values.version) return print(`${VERSION}\n`);
  if (values.help || command === undefined) return print(USAGE);
  const common = { file: values.config ?? null, env: process.env, json: values.json };
  // Commands load only what they need: `lineage parse` must not wait for a database driver.
  switch (command) {
    case 'start':
      restartWithSmallHeap();
      return (await import('./commands/start.ts')).start(common);
    case 'demo':
      restartWithSmallHeap();
      return (await import('./commands/demo.ts')).demo(common);
    case 'check-config':
      return (await import('./commands/check-config.ts')).checkConfig(common);
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(common);
    case 'replay':
      return (await import('./commands/replay.ts')).replay({
        stream: sub ?? '',
        files: rest,
        url: values.url,
        json: values.json,
      });
    case 'lineage': {
      const { lineageParseBatch, lineageParseFile } = await import('./commands/lineage.ts');
      if (sub === 'parse' && values.batch) return lineageParseBatch();
      if (sub === 'parse' && rest[0] !== undefined) return lineageParseFile(rest[0], values.json);
      return usage(`lineage needs "parse FILE.sql" or "parse --batch"`);
    }
    case 'freshness': {
      if (sub !== 'replay' || rest[0] === undefined) return usage('freshness needs "replay FILE"');
      return (await import('./commands/freshness.ts')).freshnessReplay(rest[0]);
    }
    default:
      return usage(`there is no command "${command}"`);
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function usage(message: string): number {
  process.stderr.write(`${message}\n\n${USAGE}`);
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
  // A daemon that has stopped is done, whatever a library still holds; shorter commands end by themselves with their output flushed.
  if (process.argv[2] === 'start' || process.argv[2] === 'demo') process.exit(process.exitCode);
} catch (error) {
  const expected = error instanceof UserError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${expected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(2);
}
