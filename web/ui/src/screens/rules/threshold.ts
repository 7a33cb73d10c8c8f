const NUMBER = String.raw`([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)`;

/**
 * The number a condition compares one of its metrics with directly, as in `{0} > 300000` or `lag >= 3e5`; undefined when it does not. For
 * the line in a chart: the formula itself is the daemon's.
 */
export function thresholdOf(
  condition: string | undefined,
  index: number,
  name: string | undefined,
): number | undefined {
  if (condition === undefined) return undefined;
  const names = [String.raw`\{${index}\}`, String.raw`\[${index}\]`];
  if (name) names.push(String.raw`(?<![\w.])${name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?![\w.(])`);
  // What stands before or behind in a sum or product belongs to the comparison: such a number is no threshold of the metric alone.
  const pattern = new RegExp(
    String.raw`(?<![-+*/%]\s*)(?:${names.join('|')})\s*[<>]=?\s*${NUMBER}(?!\s*[-+*/%]|[\w.])`,
    'i',
  );
  const found = pattern.exec(condition)?.[1];
  return found === undefined ? undefined : Number(found);
}
