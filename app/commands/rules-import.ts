import { readFileSync, writeFileSync } from 'node:fs';
import { LineCounter, type Node, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import type { RuleDocumentInput } from '../../alerting/evaluate/document.ts';
import { convertAlert } from '../../alerting/import/convert-alert.ts';
import { durationMs } from '../../alerting/import/promql-lexer.ts';
import { offsetOf } from '../../config/place.ts';
import { UserError } from '../../model/errors.ts';

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Duration = Text.refine(text => /^(?:0|(?:\d+(?:ms|[smhdwy]))+)$/.test(text), 'expected a duration such as 5m');
const Texts = z.record(z.string(), Text).nullish();
const Rule = z.looseObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: Text,
  for: Duration.optional(),
  keep_firing_for: Duration.optional(),
  labels: Texts,
  annotations: Texts,
});
const PrometheusFile = z.looseObject({
  groups: z.array(
    z.looseObject({
      name: z.string().default(''),
      interval: Duration.optional(),
      query_offset: Duration.optional(),
      limit: z.number().optional(),
      labels: Texts,
      rules: z.array(Rule).nullish(),
    }),
  ),
});

/** Prometheus' own default. */
const DEFAULT_INTERVAL = '1m';

/** Something of a file that was not taken over as it is. */
interface Remark {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly alert: string;
  readonly kind: 'refused' | 'lost' | 'note';
  readonly message: string;
}

/**
 * `tidewatch rules import-prometheus FILE…`: rules of ours on stdout (or in `--out`), and a line on stderr for everything that was not
 * converted, with its place and reason. Exit 0 when every alert was converted whole, 1 when something was refused or lost.
 */
export function rulesImport(files: readonly string[], options: { out: string | null; json: boolean }): number {
  const documents: RuleDocumentInput[] = [];
  const remarks: Remark[] = [];
  for (const file of files) importFile(file, documents, remarks);
  const yaml = stringify({ rules: documents }, { lineWidth: 140 });
  if (options.out !== null) writeFileSync(options.out, yaml);
  if (options.json) process.stdout.write(`${JSON.stringify({ rules: documents, remarks })}\n`);
  else {
    if (options.out === null) process.stdout.write(yaml);
    for (const { file, line, column, alert, kind, message } of remarks)
      process.stderr.write(`${file}:${line}:${column} ${WORDS[kind]} ${alert}: ${message}\n`);
    process.stderr.write(
      `${documents.length} rules; ${remarks.filter(({ kind }) => kind === 'refused').length} not converted\n`,
    );
  }
  return remarks.some(({ kind }) => kind !== 'note') ? 1 : 0;
}

const WORDS = { refused: 'not converted:', lost: 'left out:', note: 'note:' } as const;

function importFile(file: string, documents: RuleDocumentInput[], remarks: Remark[]): void {
  const counter = new LineCounter();
  const parsed = parseDocument(readText(file), { lineCounter: counter, prettyErrors: false });
  const place = (path: readonly PropertyKey[]): { line: number; column: number } => {
    const { line, col } = counter.linePos(offsetOf(parsed.contents as Node | null, path) ?? 0);
    return { line, column: col };
  };
  const [broken] = parsed.errors;
  if (broken !== undefined) {
    const { line, col } = counter.linePos(broken.pos[0]);
    throw new UserError('bad-request', `${file}:${line}:${col} ${broken.message}`);
  }
  const content = PrometheusFile.safeParse(parsed.toJS());
  if (!content.success) {
    const lines = content.error.issues.map(({ path, message }) => {
      const { line, column } = place(path);
      return `${file}:${line}:${column} ${path.join('.')}: ${message}`;
    });
    throw new UserError('bad-request', lines.join('\n'));
  }
  for (const [g, group] of content.data.groups.entries()) {
    for (const [r, rule] of (group.rules ?? []).entries()) {
      const path = ['groups', g, 'rules', r];
      const alert = rule.alert ?? rule.record ?? '';
      const remark = (kind: Remark['kind'], field: readonly PropertyKey[], message: string): void => {
        remarks.push({ file, ...place([...path, ...field]), alert, kind, message });
      };
      if (rule.alert === undefined) {
        remark('refused', ['record'], 'a recording rule; query the expression instead');
        continue;
      }
      const converted = convertAlert({
        alert: rule.alert,
        expr: rule.expr,
        for: rule.for ?? null,
        keepFiringFor: rule.keep_firing_for ?? null,
        labels: { ...group.labels, ...rule.labels },
        annotations: rule.annotations ?? {},
        intervalMs: durationMs(group.interval ?? DEFAULT_INTERVAL),
      });
      if ('refused' in converted) {
        const { field, position, message } = converted.refused;
        remark(
          'refused',
          field,
          position === null ? message : `${message} (at position ${position} of the expression)`,
        );
        continue;
      }
      for (const { kind, field, message } of converted.remarks) remark(kind, field, message);
      const name = freeName(rule.alert, documents);
      if (name !== rule.alert) remark('note', ['alert'], `names are unique here: it is called "${name}"`);
      if (group.query_offset !== undefined) remark('note', [], 'query_offset of the group became the delay');
      documents.push({
        ...converted.document,
        name,
        ...(group.query_offset === undefined ? {} : { delay: group.query_offset }),
      });
    }
    if (group.limit !== undefined && group.limit > 0)
      remarks.push({
        file,
        ...place(['groups', g, 'limit']),
        alert: group.name,
        kind: 'note',
        message: 'limit of the group; rules have max_groups',
      });
  }
}

function freeName(name: string, documents: readonly RuleDocumentInput[]): string {
  const taken = new Set(documents.map(document => document.name));
  if (!taken.has(name)) return name;
  for (let n = 2; ; n++) if (!taken.has(`${name} ${n}`)) return `${name} ${n}`;
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError('bad-request', `${file} cannot be read: ${(error as Error).message}`);
  }
}
