/** The command line: argv, signals, exit codes (0 ok, 1 findings, 2 usage or start-up failure). Everything else lives in `commands/`. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UserError } from '../model/errors.ts';
import { restartWithSmallHeap } from './heap.ts';
import { VERSION } from './version.ts';

const USAGE = `tidewatch ${VERSION}

  tidewatch start [--config FILE]          run the daemon
  tidewatch demo                           a simulated estate with the UI, nothing to install
  tidewatch check-config [--config FILE]   check a configuration, every mistake with its place
  tidewatch doctor [--config FILE]         what this machine, Kafka and Elasticsearch are like
  tidewatch doctor --flink REST_URL        which telemetry of a Flink cluster is missing, and the remedy (--url: daemon)
  tidewatch flink-config --job NAME | --session-cluster
      [--owner O] [--cluster C] [--version 1.14…1.20|2.x] [--yarn|--kubernetes|--standalone]
      [--config FILE] [--brokers h:9092] [--password-file FILE] [--out DIR]
                                           what Flink needs to ship its telemetry: configuration, logging, environment
  tidewatch jobs submit --sql FILE --name JOB
      [--owner O] [--session CATALOG.DB] [--job-id ID] [--app-id ID] [--property K=V]… [--force]
      [--url URL | --brokers h:9092 | --config FILE] [--topic T]
                                           tell the daemon what a job reads and writes (Flink 1.x, jobs of other tools)
  tidewatch notify test CHANNEL|RECEIVER   send a test message; what the other side said, and the remedy (--url)
  tidewatch replay STREAM FILE…            send files of records to a running daemon (--url)
  tidewatch lineage parse FILE.sql         tables and columns of a SQL script (--batch: NDJSON on stdin)
  tidewatch lineage check FILE.sql [--job NAME] [--session CATALOG.DB] [--strict] [--allow CODE]…
      [--url URL | --offline] [--schemas FILE.json] [--known FILE.sql]…
                                           mistakes before a submit; exit 0 ok, 1 findings
  tidewatch lineage show NODE [--direction up|down|both] [--depth N] [--columns] [--at TIME]
  tidewatch lineage path A B | impact NODE [--column C] [--stop] | columns NODE [--column C] [--depth N]
  tidewatch lineage cycles | orphans [--kind K] | versions JOB | diff JOB [V1 V2]
                                           questions to the graph (--format text|json|dot|mermaid|openlineage)
  tidewatch freshness replay FILE          freshness along a recorded history of offsets
  tidewatch freshness [--owner O] [--zone Z]
                                           all reports against their objectives, worst first; exit 1 when one is broken
  tidewatch lag REPORT [--at TIME]         where a report's data spent its age, hop by hop, and the sum
  tidewatch diagnose JOB [--at TIME]       why a job is late, the figures that say so, and the parallelism it needs (--lang en|zh)
  tidewatch ready --dataset ID|--report NAME --complete-to TIME
      [--expected-rows N] [--period 1h] [--wait 2h]
                                           may an offline job start? exit 0 ready, 1 not in time, 2 usage
  tidewatch logs search [QUERY]… [--job J] [--app A] [--container C] [--level ">=WARN"] [--logger L] [--host H]
      [--from 1h] [--to TIME] [--limit N] [--context N [--scope container|job|all]] [--traces] [--zone Z]
                                           log lines, oldest first, traces folded; with the lines around each
  tidewatch logs tail [QUERY]… [--lines N] the same filters; the last lines, then every one that comes
  tidewatch alerts list [LABEL=VALUE]… [--severity S] [--state S] [--owner O] [--open] [--zone Z]
                                           what fires, since when, whose, why, who has taken it on; exit 1 when one fires
  tidewatch alerts silence LABEL=VALUE…|ID --for 2h [--comment TEXT] [--by NAME] [--dry-run] | --end ID
                                           keep alerts quiet; says which and how many
  tidewatch alerts ack ID… [--ttl 4h] [--by NAME]
                                           take alerts on: repeats and escalation stop
  tidewatch rules test FILE…               unit tests of rules: series in, expected alerts out
  tidewatch rules replay --rule NAME|ID|FILE.yaml --from 24h [--to now] [--as-of arrival]
                                           what a rule would have told, by a running daemon (--url)
  tidewatch rules import-prometheus FILE… [--out FILE]
                                           rules of a Prometheus file, and what could not be converted

  --json   machine-readable output        --config FILE   default: built-in defaults, TIDEWATCH_* variables
  --url    a running daemon, default http://127.0.0.1:8686
`;

const CONFIG = { config: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
const URL_OPTION = { url: { type: 'string', default: 'http://127.0.0.1:8686' } } as const;

type Command = (args: readonly string[]) => Promise<number>;

/** Commands load only what they need: `lineage parse` must not wait for a database driver. */
const COMMANDS: Readonly<Record<string, Command>> = {
  start: async args => {
    const options = common(args);
    restartWithSmallHeap();
    return (await import('./commands/start.ts')).start(options);
  },
  demo: async args => {
    const options = common(args);
    restartWithSmallHeap();
    return (await import('./commands/demo.ts')).demo(options);
  },
  'check-config': async args => {
    const options = common(args);
    return (await import('./commands/check-config.ts')).checkConfig(options);
  },
  doctor: async args => {
    if (args.some(arg => /^--flink(=|$)/.test(arg)))
      return (await import('./commands/doctor-flink.ts')).doctorFlink(args, process.env);
    const options = common(args);
    return (await import('./commands/doctor.ts')).doctor(options);
  },
  'flink-config': async args => (await import('./commands/flink-config.ts')).flinkConfig(args, process.env),
  jobs: async ([sub, ...args]) => {
    if (sub !== 'submit') return usage('jobs needs "submit --sql FILE --name JOB"');
    return (await import('./commands/jobs-submit.ts')).jobsSubmit(args, process.env);
  },
  notify: async args => {
    const { values, positionals } = parse(args, { ...URL_OPTION, json: CONFIG.json });
    const [sub, name, ...rest] = positionals;
    if (sub !== 'test' || name === undefined || rest.length > 0) return usage('notify needs "test CHANNEL|RECEIVER"');
    return (await import('./commands/notify-test.ts')).notifyTest({ name, url: values.url, json: values.json });
  },
  replay: async args => {
    const { values, positionals } = parse(args, { ...URL_OPTION, json: CONFIG.json });
    const [stream = '', ...files] = positionals;
    return (await import('./commands/replay.ts')).replay({ stream, files, url: values.url, json: values.json });
  },
  lineage: async args => (await import('./commands/lineage.ts')).lineage(args),
  freshness: async args => {
    if (args[0] === undefined || args[0].startsWith('-'))
      return (await import('./commands/freshness-board.ts')).freshnessBoard(args);
    const [sub, file] = parse(args, { json: CONFIG.json }).positionals;
    if (sub !== 'replay' || file === undefined) return usage('freshness needs nothing, or "replay FILE"');
    return (await import('./commands/freshness.ts')).freshnessReplay(file);
  },
  lag: async args => (await import('./commands/lag.ts')).lag(args, Date.now()),
  logs: async args => (await import('./commands/logs.ts')).logs(args, Date.now()),
  alerts: async args => (await import('./commands/alerts.ts')).alerts(args, Date.now()),
  diagnose: async args => (await import('./commands/diagnose.ts')).diagnose(args, Date.now()),
  ready: async args => (await import('./commands/ready.ts')).ready(args),
  rules: async args => (await import('./commands/rules.ts')).rules(args, Date.now()),
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`${VERSION}\n`);
  if (name === undefined || [name, ...args].some(arg => arg === '--help' || arg === '-h'))
    return print(usageOf([name, args[0]].filter(word => word !== undefined && !word.startsWith('-'))));
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return command ? command(args) : usage(`there is no command "${name}"`);
}

/** The lines about a command, or about all of one's commands; the whole usage where there are none. */
function usageOf(words: readonly (string | undefined)[]): string {
  const blocks = USAGE.split(/\n(?= {2}tidewatch |\n {2}--)/);
  for (let n = words.length; n > 0; n--) {
    const found = blocks.filter(block =>
      `${block.trimStart()} `.startsWith(`tidewatch ${words.slice(0, n).join(' ')} `),
    );
    if (found.length > 0) return [...found, blocks.at(-1)].join('\n');
  }
  return USAGE;
}

function parse<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  return parseArgs({ args: [...args], allowPositionals: true, options });
}

/** The options of every command that reads the configuration. */
function common(args: readonly string[]) {
  const { config, json } = parseArgs({ args: [...args], options: CONFIG }).values;
  return { file: config ?? null, env: process.env, json };
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function usage(message: string): number {
  process.stderr.write(`${message}\n\n${USAGE}`);
  return 2;
}

// A reader that has seen enough (`| head`) is no failure; a full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`cannot write the output: ${error.message}\n`);
  process.exit(2);
});
try {
  process.exitCode = await main(process.argv.slice(2));
  // A daemon that has stopped is done, whatever a library still holds; shorter commands end by themselves with their output flushed.
  if (process.argv[2] === 'start' || process.argv[2] === 'demo') process.exit(process.exitCode);
} catch (error) {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // A file that cannot be read says so itself, with its name.
  const expected = error instanceof UserError || code?.startsWith('ERR_PARSE_ARGS') || syscall !== undefined;
  if ((error as Error).name === 'ZodError') {
    process.stderr.write(
      `what was answered is not what tidewatch ${VERSION} answers; does --url name a daemon of this version?\n`,
    );
    process.exit(2);
  }
  process.stderr.write(`${expected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(2);
}
