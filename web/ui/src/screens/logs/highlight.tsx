import type { ComponentChildren } from 'preact';

/** Words of a query that stand for text, lower-case: not the field terms, operators or what follows NOT. */
export function searchedWords(q: string): string[] {
  const found: string[] = [];
  for (const match of q.matchAll(/(-|NOT\s+)?(?:(\w+):)?(?:"([^"]*)"|([^\s()"]+))/g)) {
    const [, negated, field, phrase, word] = match;
    const text = (phrase ?? word ?? '').replace(/\*$/, '');
    if (negated || field || text === '' || /^(AND|OR|NOT)$/.test(text)) continue;
    found.push(text.toLowerCase());
  }
  return found;
}

/** Marks the searched words in a text. */
export function highlighted(text: string, wanted: readonly string[]): ComponentChildren {
  if (wanted.length === 0) return text;
  const pattern = new RegExp(`(${wanted.map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'gi');
  return text.split(pattern).map((piece, i) => (i % 2 === 1 ? <mark key={i}>{piece}</mark> : piece));
}
