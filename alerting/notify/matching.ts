/** Label matchers of routes, silences and inhibitions, as their documents write them. */
import { compileMatchers, type Labels, type Matcher } from '../../model/labels.ts';
import type { Matchers } from '../evaluate/document.ts';

/** Looks a label up; undefined when there is none of the name. */
export type ReadLabel = (label: string) => string | undefined;

/** One predicate for all matchers of a document. Throws `SyntaxError` for a bad regular expression. */
export function compileDocumentMatchers(document: Matchers): (read: ReadLabel) => boolean {
  return compileMatchers(
    Object.entries(document).map(
      ([label, value]): Matcher => (typeof value === 'string' ? { label, op: '=', value } : { label, ...value }),
    ),
  );
}

/** True when every matcher would take any value: `{}`, or only empty values. */
export function matchesAnything(document: Matchers): boolean {
  return Object.values(document).every(value => value === '');
}

/** Reads the labels as they are. */
export function readerOf(labels: Labels): ReadLabel {
  return label => labels[label];
}
