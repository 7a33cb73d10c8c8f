/** `java.util.Properties.load` for files without continuation lines, and Log4j's `$${` on top: what a generated file says when it is read. */
export function readProperties(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf(' = ');
    if (at < 0) throw new Error(`not a property: ${line}`);
    const key = line.slice(0, at);
    if (entries.has(key)) throw new Error(`${key} is there twice`);
    entries.set(key, unescaped(line.slice(at + 3)));
  }
  return entries;
}

/** The value Log4j hands to a plugin when nothing in it is to be looked up. */
export function readLog4jValue(value: string): string {
  return value.replaceAll('$${', '${');
}

function unescaped(value: string): string {
  return value.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, hex: string | undefined, letter: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return { n: '\n', r: '\r', t: '\t' }[letter] ?? letter;
  });
}
