import type { Matcher } from '../../model/labels.ts';
import type { Matchers } from './document.ts';

/** Matchers of a document as a list; a plain value is `=`. */
export function toMatchers(matchers: Matchers): Matcher[] {
  return Object.entries(matchers).map(([label, value]) =>
    typeof value === 'string' ? { label, op: '=', value } : { label, ...value },
  );
}
