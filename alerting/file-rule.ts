import { createHash } from 'node:crypto';
import { UserError } from '../model/errors.ts';
import { compileRule } from './evaluate/rule.ts';
import type { RuleEntry } from './rule-book.ts';

/** A rule from `alerting.rules`: its document as parsed from YAML, and the file it stands in. */
export interface FileRule {
  readonly document: unknown;
  readonly file: string;
}

/** Compiles it; the id is a function of the name, so that its state outlives a restart. Throws `UserError` naming file and rule. */
export function compileFileRule({
  document,
  file,
}: FileRule): RuleEntry & { readonly origin: { readonly kind: 'file'; readonly file: string } } {
  const name = typeof document === 'object' && document !== null && 'name' in document ? String(document.name) : '';
  try {
    const rule = compileRule(`file-${digest(name)}`, document);
    return { rule, version: digest(JSON.stringify(rule.document)), origin: { kind: 'file', file } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `${file} rule "${name}": ${error.message}`, { issues: error.issues });
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
