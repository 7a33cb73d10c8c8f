import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type CheckInput, ScriptChecker } from '../../lineage/check/checker.ts';
import { FINDING_CODES } from '../../lineage/check/finding.ts';
import { Evidence } from '../../lineage/graph/evidence.ts';
import { UserError } from '../../model/errors.ts';
import { createDaemonClient } from './daemon-client.ts';
import { findingsText } from './findings-text.ts';
import { readSql } from './lineage-parse.ts';
import { paintFor } from './paint.ts';

const DEFAULT_URL = 'http://127.0.0.1:8686';
const Schemas = z.record(z.string().min(1), z.array(z.string()));
const Related = z.object({ message: z.string(), node: z.string().optional(), owner: z.string().optional() });
const Answer = z.object({
  findings: z.array(
    z.object({
      code: z.enum(Object.keys(FINDING_CODES) as [keyof typeof FINDING_CODES]),
      severity: z.enum(['error', 'warning', 'info']),
      line: z.int(),
      column: z.int(),
      position: z.int(),
      length: z.int(),
      message: z.string(),
      hint: z.string().optional(),
      related: z.array(Related).optional(),
    }),
  ),
});
type Findings = z.infer<typeof Answer>['findings'];

/**
 * `tidewatch lineage check FILE.sql`: by a running daemon, or without one where `--schemas`, `--known` or `--offline` is given and `--url` is
 * not. Exit 0 without errors, 1 with (`--strict`: warnings as well), 2 usage.
 */
export async function lineageCheck(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      job: { type: 'string' },
      session: { type: 'string' },
      schemas: { type: 'string' },
      known: { type: 'string', multiple: true, default: [] },
      allow: { type: 'string', multiple: true, default: [] },
      offline: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      url: { type: 'string' },
    },
  });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0)
    throw new UserError('bad-request', 'lineage check needs one FILE.sql (- for stdin)');
  const unknown = values.allow.find(code => !Object.hasOwn(FINDING_CODES, code));
  if (unknown !== undefined)
    throw new UserError('bad-request', `--allow ${unknown}: expected one of ${Object.keys(FINDING_CODES).join(', ')}`);
  const isOffline =
    values.url === undefined && (values.offline || values.known.length > 0 || values.schemas !== undefined);
  if (!isOffline && values.known.length > 0)
    throw new UserError('bad-request', '--known is for checks without a daemon: leave --url out');
  const sql = readSql(file);
  const schemas = values.schemas === undefined ? undefined : readSchemas(values.schemas);
  const question: CheckInput = { sql, session: values.session, job: values.job, schemas };
  const found = isOffline ? await offline(question, values.known) : await ask(question, values.url ?? DEFAULT_URL);
  const findings = found.filter(({ code }) => !values.allow.includes(code));
  const failing = values.strict ? ['error', 'warning'] : ['error'];
  const ok = !findings.some(({ severity }) => failing.includes(severity));
  process.stdout.write(
    values.json ? `${JSON.stringify({ ok, findings })}\n` : findingsText(file, sql, findings, paintFor(process.stdout)),
  );
  return ok ? 0 : 1;
}

async function ask(question: CheckInput, url: string): Promise<Findings> {
  const daemon = createDaemonClient(url, { maxWaits: 0 });
  return Answer.parse(await daemon.post('lineage/check', question)).findings;
}

/** Against the scripts of other jobs alone; each file is a job of its name. */
async function offline(question: CheckInput, known: readonly string[]): Promise<Findings> {
  const evidence = new Evidence({}, { parseErrors: () => undefined, dropped: () => undefined });
  for (const file of known)
    evidence.take({ type: 'job', ts: 0, jobName: basename(file, '.sql'), sql: readSql(file), ...sessionOf(question) });
  const checker = new ScriptChecker(evidence, { lineage: evidence.lineage, stateOf: () => null });
  return Answer.parse(await checker.check(question)).findings;
}

function sessionOf({ session }: CheckInput): { readonly session?: string } {
  return session === undefined ? {} : { session };
}

function readSchemas(file: string): z.infer<typeof Schemas> {
  try {
    return Schemas.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new UserError('bad-request', `--schemas ${file}: expected {"catalog.db.table": ["column", …]}: ${reason}`, {
      cause: error,
    });
  }
}
