import { createHash } from 'node:crypto';
import { UserError } from '../model/errors.ts';
import { compileRule, type Rule } from './evaluate/rule.ts';

/** A rule from `alerting.rules`: its document as parsed from YAML, and the file it stands in. */
export interface FileRule {
  readonly document: unknown;
  readonly file: string;
}

/** Compiles it; the id is a function of the name, so that its state outlives a restart. Throws `UserError` naming file and rule. */
export function compileFileRule({ document, file }: FileRule): {
  readonly rule: Rule;
  readonly version: string;
  readonly file: string;
} {
  const name = typeof document === 'object' && document !== null && 'name' in document ? String(document.name) : '';
  try {
    const rule = compileRule(`file-${digest(name)}`, document);
    return { rule, version: digest(JSON.stringify(rule.document)), file };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `${file} rule "${name}": ${error.message}`, { issues: error.issues });
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
