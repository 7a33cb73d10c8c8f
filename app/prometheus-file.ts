/** Prometheus rule files as rules of ours, with a remark at the place of everything that is not taken over as it is. */
import { LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import type { RuleDocumentInput } from '../alerting/evaluate/document.ts';
import { convertAlert } from '../alerting/import/convert-alert.ts';
import { durationMs } from '../alerting/import/promql-lexer.ts';
import { offsetOf } from '../config/place.ts';
import { type InputIssue, UserError } from '../model/errors.ts';

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

/** Something of a file that was not taken over as it is; line and column count from 1. */
export interface ImportRemark {
  readonly line: number;
  readonly column: number;
  /** The alert or recording rule, or the group, it is about. */
  readonly alert: string;
  /** `refused`: there is no rule for it; `lost`: the rule lacks something; `note`: a difference that seldom matters. */
  readonly kind: 'refused' | 'lost' | 'note';
  readonly message: string;
}

export interface PrometheusImport {
  readonly rules: readonly RuleDocumentInput[];
  readonly remarks: readonly ImportRemark[];
}

/**
 * Rules for every alert of the text that has an exact counterpart; names in `taken`, and those used twice, get a number. Throws `UserError`
 * bad-request with the place of each mistake for a text that is no rule file.
 */
export function convertPrometheusFile(text: string, taken: Iterable<string> = []): PrometheusImport {
  const counter = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const place = (path: readonly PropertyKey[]): { line: number; column: number } => {
    const { line, col } = counter.linePos(offsetOf(parsed.contents as Node | null, path) ?? 0);
    return { line, column: col };
  };
  const [broken] = parsed.errors;
  if (broken !== undefined) {
    const { line, col } = counter.linePos(broken.pos[0]);
    throw refused([{ line, column: col, message: broken.message }]);
  }
  const content = PrometheusFile.safeParse(parsed.toJS());
  if (!content.success)
    throw refused(content.error.issues.map(({ path, message }) => ({ path: path.join('.'), ...place(path), message })));

  const names = new Set(taken);
  const rules: RuleDocumentInput[] = [];
  const remarks: ImportRemark[] = [];
  for (const [g, group] of content.data.groups.entries()) {
    for (const [r, rule] of (group.rules ?? []).entries()) {
      const alert = rule.alert ?? rule.record ?? '';
      const remark = (kind: ImportRemark['kind'], field: readonly PropertyKey[], message: string): void => {
        remarks.push({ ...place(['groups', g, 'rules', r, ...field]), alert, kind, message });
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
        const at = position === null ? '' : ` (at position ${position} of the expression)`;
        remark('refused', field, `${message}${at}`);
        continue;
      }
      for (const { kind, field, message } of converted.remarks) remark(kind, field, message);
      const name = freeName(rule.alert, names);
      names.add(name);
      if (name !== rule.alert) remark('note', ['alert'], `names are unique here: it is called "${name}"`);
      if (group.query_offset !== undefined) remark('note', [], 'query_offset of the group became the delay');
      const delay = group.query_offset === undefined ? {} : { delay: group.query_offset };
      rules.push({ ...converted.document, name, ...delay });
    }
    if (group.limit !== undefined && group.limit > 0) {
      const message = 'limit of the group; rules have max_groups';
      remarks.push({ ...place(['groups', g, 'limit']), alert: group.name, kind: 'note', message });
    }
  }
  return { rules, remarks };
}

function refused(issues: readonly InputIssue[]): UserError {
  const [first] = issues;
  const where = `${first?.line}:${first?.column} ${first?.path ? `${first.path}: ` : ''}`;
  return new UserError('bad-request', `${where}${first?.message ?? ''}`, { issues });
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let n = 2; ; n++) if (!taken.has(`${name} ${n}`)) return `${name} ${n}`;
}
