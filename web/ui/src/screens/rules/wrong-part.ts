/** The word or sign at a position; past the end, a place that can carry the line. */
export function wrongPart(text: string, position: number): string {
  const rest = text.slice(position);
  return /^(?:[\p{L}\p{N}_.]+|\{\d*\}?|\[\d*\]?|\S)/u.exec(rest)?.[0] ?? '  ';
}
