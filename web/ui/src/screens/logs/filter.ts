/** The search in the address: query text and exact values, and the ways a click changes them. */
import { type FacetField, FILTER_FIELDS, type FilterField, type LogFilter } from '../../api/logs.ts';
import { param, setParams } from '../../app/router.ts';
import { idFilter } from '../../format/flink-id.ts';

/** The filter in force. Reading it in a component subscribes to it. */
export function currentFilter(): LogFilter {
  const values: Partial<Record<FilterField, string>> = {};
  for (const field of FILTER_FIELDS) {
    const value = param(field);
    if (value) values[field] = value;
  }
  return { q: param('q'), ...values };
}

function isFilterField(field: FacetField): field is FilterField {
  return FILTER_FIELDS.some(known => known === field);
}

/** A value as the search language takes it. */
function quoted(value: string): string {
  return /^[\w.@:/-]+$/.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function appended(term: string): string {
  const q = param('q').trim();
  return q.split(/\s+/).join(' ').includes(term) ? q : `${q} ${term}`.trim();
}

/** Keeps only lines with this value. */
export function keepOnly(field: FacetField, value: string): void {
  if (isFilterField(field)) setParams({ [field]: value }, { push: true });
  else setParams({ q: appended(`${field}:${quoted(value)}`) }, { push: true });
}

/** Leaves out lines with this value. */
export function leaveOut(field: FacetField, value: string): void {
  setParams({ q: appended(`NOT ${field}:${quoted(value)}`) }, { push: true });
}

export function removeFilter(field: FilterField): void {
  setParams({ [field]: undefined }, { push: true });
}

/** Takes what was typed or pasted; an ID becomes the exact filter it stands for. */
export function submitQuery(text: string): void {
  const id = idFilter(text);
  setParams(id ? { q: undefined, ...id } : { q: text.trim() }, { push: true });
}

const AT_LEAST = /\s*\blevel:>=(\w+)/i;

/** The lowest level the query lets through, `''` when it names none. */
export function minimumLevel(q: string): string {
  return AT_LEAST.exec(q)?.[1]?.toUpperCase() ?? '';
}

export function setMinimumLevel(level: string): void {
  const rest = param('q').replace(AT_LEAST, '').trim();
  setParams({ q: level ? `${rest} level:>=${level}`.trim() : rest }, { push: true });
}
