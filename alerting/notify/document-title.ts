import type { Json } from '../../model/json.ts';
import type { Written } from './document-set.ts';

/** Longest title, in characters. */
const MAX = 200;

/** What people know a document by: its name, else whom it concerns and who is told (`team="dw" → ops`); null where it says neither. */
export function documentTitle(written: Written): string | null {
  const { name, matchers, receivers, source_matchers: source, target_matchers: target, upstream } = written;
  if (typeof name === 'string' && name.trim() !== '') return name;
  if (upstream === true) return 'upstream';
  const pairs = source === undefined && target === undefined ? [] : [matchersText(source), '⊣', matchersText(target)];
  const told = Array.isArray(receivers) && receivers.length > 0 ? [`→ ${receivers.join(', ')}`] : [];
  const title = [matchersText(matchers), ...pairs, ...told].filter(part => part !== '').join(' ');
  return title === '' ? null : title.length > MAX ? `${title.slice(0, MAX)}…` : title;
}

/** `job="etl", team=~"dw|bi"`. */
function matchersText(matchers: Json | undefined): string {
  if (typeof matchers !== 'object' || matchers === null) return '';
  return Object.entries(matchers)
    .map(([label, matcher]) =>
      typeof matcher === 'object' && matcher !== null && 'op' in matcher && 'value' in matcher
        ? `${label}${String(matcher.op)}"${String(matcher.value)}"`
        : `${label}="${String(matcher)}"`,
    )
    .join(', ');
}
