/** Logs as a source of a rule: the search text and the matchers as one query, and which labels lines can be grouped by. */
import { UserError } from '../../model/errors.ts';
import type { Matcher } from '../../model/labels.ts';
import type { LogQuery } from '../../store/log-query.ts';
import { fieldQuery, LOG_FIELDS } from '../../store/log-query-field.ts';
import { parseLogQuery } from '../../store/log-query-parse.ts';
import type { LogFacetField } from '../../store/log-store.ts';
import type { RuleDocument } from './document.ts';
import { toMatchers } from './matchers.ts';
import type { Complain } from './metric-row.ts';

/** Labels of a rule that lines have, and the field of the log store that holds each. */
const LABEL_FIELDS: ReadonlyMap<string, LogFacetField> = new Map([
  ['job', 'job'],
  ['app', 'app'],
  ['app_id', 'app'],
  ['container', 'container'],
  ['container_id', 'container'],
  ['host', 'host'],
  ['logger', 'logger'],
  ['level', 'level'],
  ['exception', 'exception'],
]);

/** The field a label of a group is read from; undefined when lines have no such label. */
export function logFieldOf(label: string): LogFacetField | undefined {
  return LABEL_FIELDS.get(label);
}

/** The query of a row: its text, the rule's matchers and the row's own. Complains with a remedy about what lines cannot answer. */
export function compileLogSource(
  text: string,
  document: RuleDocument,
  own: readonly Matcher[],
  at: string,
  complain: Complain,
): LogQuery {
  const parts: LogQuery[] = [];
  const attempt = (path: string, read: () => LogQuery): void => {
    try {
      parts.push(read());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      complain(path, error.message);
    }
  };
  attempt(`${at}.log`, () => parseLogQuery(text));
  for (const matcher of toMatchers(document.matchers)) attempt(`matchers.${matcher.label}`, () => matching(matcher));
  for (const matcher of own) attempt(`${at}.matchers.${matcher.label}`, () => matching(matcher));
  for (const label of document.group_by === '*' ? [] : document.group_by) {
    if (!LABEL_FIELDS.has(label))
      complain('group_by', `lines have no label "${label}"; they have ${[...LABEL_FIELDS.keys()].join(', ')}`);
  }
  return { kind: 'and', of: parts };
}

function matching({ label, op, value }: Matcher): LogQuery {
  if (op === '=' && value === '') return { kind: 'all' };
  const field = LABEL_FIELDS.get(label) ?? LOG_FIELDS.find(known => known === label);
  if (field === undefined)
    throw new UserError('bad-request', `lines have no label "${label}"; give the matcher to the metrics it is for`);
  if (op === '=~' || op === '!~')
    throw new UserError(
      'bad-request',
      `lines are chosen by = and !=; write a pattern into the query, such as ${field}:dw_*`,
    );
  const query = fieldQuery(field, '=', { text: value, prefix: false, quoted: true, position: 0 }, 0);
  return op === '=' ? query : { kind: 'not', of: query };
}
