import { checkBreaking } from './breaking.ts';
import { checkCycles } from './cycle.ts';
import type { Estate } from './estate.ts';
import type { Finding, Severity } from './finding.ts';
import { checkNames } from './names.ts';
import { checkShape } from './shape.ts';
import { checkTypes } from './sink-types.ts';
import { readSubject, type Subject, type SubjectInput } from './subject.ts';
import { checkWriters } from './writers.ts';

export interface CheckAnswer {
  /** No finding is an error. */
  readonly ok: boolean;
  /** In the order of the script; errors first where several begin at one place. */
  readonly findings: readonly Finding[];
}

/** A script full of mistakes is answered by so many. */
const MAX_FINDINGS = 500;
const ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Checks a script against what is known. Never throws. What nobody can know (a table in a catalog nobody told of, columns of a schema that
 * is not declared) is no finding, or an `info` that says so.
 */
export function checkScript(input: SubjectInput, estate: Estate): CheckAnswer {
  const subject = readSubject(input, estate);
  const findings = [
    ...syntax(subject),
    ...checkNames(subject),
    ...checkShape(subject),
    ...checkTypes(subject),
    ...checkWriters(subject),
    ...checkCycles(subject),
    ...checkBreaking(subject),
  ].sort((a, b) => a.position - b.position || ORDER[a.severity] - ORDER[b.severity]);
  const ok = findings.every(({ severity }) => severity !== 'error');
  if (findings.length <= MAX_FINDINGS) return { ok, findings };
  const { errors, errorCount } = subject.script;
  // The last error listed says only how many there are behind it.
  const unlisted = errorCount > errors.length ? errorCount - errors.length : 0;
  const rest = findings.length - MAX_FINDINGS + unlisted;
  const more = subject.places.at(
    { pos: findings[MAX_FINDINGS]!.position, length: 0 },
    { code: 'too-many', severity: 'info', message: `${rest} more findings from here on are not listed` },
  );
  return { ok, findings: [...findings.slice(0, MAX_FINDINGS), more] };
}

function syntax({ script, places }: Subject): Finding[] {
  return script.errors.map(error =>
    places.at(places.token(places.offsetOf(error)), { code: 'syntax', severity: 'error', message: error.message }),
  );
}
