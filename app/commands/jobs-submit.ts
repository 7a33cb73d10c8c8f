import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createKafka } from '../../collector/kafka/client.ts';
import { kafkaFault } from '../../collector/kafka/fault.ts';
import { createRedactor } from '../../collector/redact.ts';
import { type ParseAnswer, parseScript } from '../../lineage/sql/lineage.ts';
import { UserError } from '../../model/errors.ts';
import { kafkaConnection } from '../collect.ts';
import { type AppConfig, readAppConfig } from '../config.ts';
import { type JobSubmission, submissionKey, submissionRecord } from '../flink/job-submission.ts';
import { createLogger } from '../logger.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { osUser } from './os-user.ts';

const DEFAULT_TOPIC = 'tidewatch.jobs';
const MAX_WAITS = 30;

/** Where the record went, and what a daemon said of it. */
interface Sent {
  readonly to: string;
  /** Why the daemon refused the record; null when it took it. */
  readonly refused: string | null;
}

/**
 * `tidewatch jobs submit`: tells the daemon what a submitted job reads and writes, for Flink 1.x and whatever else has no lineage
 * listener. Exit 1 when the SQL has errors (nothing is sent then, but with --force) or the daemon refuses the record.
 */
export async function jobsSubmit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sql: { type: 'string' },
      name: { type: 'string' },
      owner: { type: 'string' },
      session: { type: 'string' },
      'job-id': { type: 'string' },
      'app-id': { type: 'string' },
      property: { type: 'string', multiple: true, default: [] },
      url: { type: 'string' },
      brokers: { type: 'string' },
      topic: { type: 'string' },
      config: { type: 'string' },
      force: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { sql: file, name } = values;
  if (!file || !name) throw new UserError('bad-request', 'jobs submit needs --sql FILE (- for stdin) and --name JOB');
  if (values.url !== undefined && values.brokers !== undefined)
    throw new UserError('bad-request', '--url and --brokers exclude each other');
  // The versions of a job tell who submitted each.
  const properties = { ...submitter(), ...propertiesOf(values.property) };
  const job: JobSubmission = {
    name,
    sql: readSql(file),
    owner: values.owner,
    session: values.session,
    jobId: values['job-id'],
    appId: values['app-id'],
    properties,
  };
  const understood = parseScript({ sql: job.sql, session: job.session });
  const goes = understood.ok || values.force;
  const sent = goes ? await send(job, values, env) : null;
  report({ name, file, understood, sent, json: values.json });
  return understood.ok && sent?.refused === null ? 0 : 1;
}

function readSql(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError('bad-request', `cannot read the SQL ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function propertiesOf(pairs: readonly string[]): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UserError('bad-request', `--property ${pair}: expected NAME=VALUE`);
    properties[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return properties;
}

/** Nobody where the user has no name, as in many containers. */
function submitter(): Record<string, string> {
  const user = osUser();
  return user === '' ? {} : { submitted_by: user };
}

interface Destination {
  readonly url?: string | undefined;
  readonly brokers?: string | undefined;
  readonly topic?: string | undefined;
  readonly config?: string | undefined;
}

async function send(job: JobSubmission, to: Destination, env: NodeJS.ProcessEnv): Promise<Sent> {
  const config = to.config === undefined ? null : readAppConfig(to.config, env);
  const record = Buffer.from(JSON.stringify(submissionRecord(job, Date.now(), createRedactor(config?.redaction))));
  const viaKafka = to.brokers !== undefined || (to.url === undefined && config?.kafka !== undefined);
  if (viaKafka) return produce(record, job.name, to, config?.kafka);
  const daemon = createDaemonClient(to.url ?? DEFAULT_URL, { maxWaits: MAX_WAITS });
  const answer = await daemon.ingest('jobs', record, submissionKey(record));
  const [refusal] = answer.rejected;
  return { to: daemon.url, refused: refusal ? `${refusal.code}: ${refusal.reason}` : null };
}

/** To the jobs topic itself; the login is that of the configuration. */
async function produce(
  record: Buffer,
  name: string,
  { brokers, topic }: Destination,
  kafka: AppConfig['kafka'],
): Promise<Sent> {
  const servers = brokers?.split(',').map(s => s.trim()) ?? kafka?.brokers ?? [];
  const chosen = topic ?? kafka?.topics.jobs ?? DEFAULT_TOPIC;
  const connection = kafka
    ? { ...kafkaConnection(kafka), brokers: servers }
    : { brokers: servers, clientId: 'tidewatch' };
  const producer = createKafka(connection, createLogger('silent')).producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    await producer.send({ topic: chosen, acks: -1, messages: [{ key: name, value: record }] });
  } catch (error) {
    const { text } = await kafkaFault(error, connection);
    const message = `cannot write to topic ${chosen} at ${servers.join(',')}: ${text}`;
    throw new UserError('bad-request', message, { cause: error });
  } finally {
    await producer.disconnect();
  }
  return { to: `topic ${chosen} at ${servers.join(',')}`, refused: null };
}

function report(options: {
  name: string;
  file: string;
  understood: ParseAnswer;
  sent: Sent | null;
  json: boolean;
}): void {
  const { name, file, understood, sent, json } = options;
  const { sources, sink, dims, errors } = understood;
  if (json) {
    process.stdout.write(`${JSON.stringify({ job: name, sources, sink, dims, errors, sent })}\n`);
    return;
  }
  const lines = errors.map(e => `${file}:${e.line}:${e.column} ${e.message}`);
  lines.push(`reads    ${sources.join(', ') || '-'}`, `writes   ${sink.join(', ') || '-'}`);
  if (dims.length > 0) lines.push(`looks up ${dims.join(', ')}`);
  if (sent === null) lines.push(`nothing was sent: correct the SQL, or send it as it is with --force`);
  else if (sent.refused !== null) lines.push(`${sent.to} refuses the job: ${sent.refused}`);
  else lines.push(`sent to ${sent.to}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
