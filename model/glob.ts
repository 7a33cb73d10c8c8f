/** A test for names that fit one of the patterns as a whole; `*` stands for any text, everything else for itself. */
export function globTest(globs: readonly string[]): (name: string) => boolean {
  if (globs.length === 0) return () => false;
  const expressions = globs.map(glob => new RegExp(`^${glob.split('*').map(escapeRegExp).join('.*')}$`, 's'));
  return name => expressions.some(expression => expression.test(name));
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
