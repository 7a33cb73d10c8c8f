/** Druid's expression language, as far as lineage needs it: which columns and functions an expression names. */

export interface NamedInExpression {
  readonly columns: readonly string[];
  /** By the names they are called with. */
  readonly functions: readonly string[];
}

/** Words that stand where an identifier may. */
const CONSTANTS: ReadonlySet<string> = new Set(['true', 'false', 'null']);
const TOKEN = /'(?:[^'\\]|\\.)*'|"((?:[^"\\]|\\.)*)"|([A-Za-z_$][\w$]*)|(?:\d[\w.]*)|->|[^\s]/gs;

/**
 * Identifiers are bare or in double quotes, strings in single quotes; a name before a parenthesis is a function; what stands before `->` is
 * a parameter of a lambda and no column. Sorted by first appearance, each once.
 */
export function namesInExpression(expression: string): NamedInExpression {
  const tokens = [...expression.matchAll(TOKEN)].map(([text, quoted, bare]) => ({
    text,
    name: quoted === undefined ? bare : quoted.replaceAll(/\\(.)/gs, '$1'),
    isQuoted: quoted !== undefined,
  }));
  const parameters = new Set<string>();
  for (const [i, { text }] of tokens.entries()) {
    if (text !== '->') continue;
    for (let at = i - 1; at >= 0 && tokens[at]!.text !== '('; at--) {
      const { name } = tokens[at]!;
      if (name !== undefined) parameters.add(name);
      // `x -> …` has one parameter and no parentheses.
      if (tokens[i - 1]!.text !== ')') break;
    }
  }
  const columns = new Set<string>();
  const functions = new Set<string>();
  for (const [i, { name, isQuoted }] of tokens.entries()) {
    if (name === undefined) continue;
    if (!isQuoted && tokens[i + 1]?.text === '(') functions.add(name);
    else if (!parameters.has(name) && (isQuoted || !CONSTANTS.has(name.toLowerCase()))) columns.add(name);
  }
  return { columns: [...columns], functions: [...functions] };
}
