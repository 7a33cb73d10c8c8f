import { labelPattern } from './label-pattern.ts';

/** Labels of a series or an alert: names to values, both strings. */
export type Labels = Readonly<Record<string, string>>;

/** A label filter (维度值过滤). `=` with an empty value matches anything, as OStream users expect. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** Canonical text of labels: equal label sets give equal keys, whatever the insertion order. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels).sort();
  let key = '';
  for (const name of names) key += `${name}\u0001${labels[name]}\u0002`;
  return key;
}

/** The labels named by `names`, in that order; a missing label is the empty string. */
export function pickLabels(labels: Labels, names: readonly string[]): Labels {
  const picked: Record<string, string> = {};
  for (const name of names) picked[name] = labels[name] ?? '';
  return picked;
}

/**
 * Compiles matchers to one predicate over a label look-up. A missing label reads as `''` (Prometheus semantics), regular
 * expressions are anchored at both ends. Throws `SyntaxError` for a bad regular expression, and for one that may take for ever.
 */
export function compileMatchers(
  matchers: readonly Matcher[],
): (read: (label: string) => string | undefined) => boolean {
  const tests = matchers
    .filter(m => !(m.op === '=' && m.value === ''))
    .map(m => {
      const expression = m.op === '=~' || m.op === '!~' ? labelPattern(m.value) : null;
      const wanted = m.op === '=' || m.op === '=~';
      return (read: (label: string) => string | undefined): boolean => {
        const value = read(m.label) ?? '';
        return (expression ? expression.test(value) : value === m.value) === wanted;
      };
    });
  return read => tests.every(test => test(read));
}
