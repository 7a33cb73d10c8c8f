/** Summary lines: `{{job}} lag {{value.0|number}}` over an alert's labels and values. */
import { readableDuration } from '../../model/duration.ts';
import type { Labels } from '../../model/labels.ts';
import { FormulaError } from './lexer.ts';
import { formatNumber } from './render.ts';
import type { NumberValue } from './value.ts';

const FILTERS: Readonly<Record<string, (value: number) => string>> = {
  number: formatNumber,
  percent: value => `${formatNumber(value * 100)}%`,
  duration: value => (Number.isFinite(value) && value >= 0 ? readableDuration(value) : formatNumber(value)),
  bytes: formatBytes,
};

/** Renders one alert's line. A label that is missing is left empty, an unknown value is `?`. */
export type Summary = (labels: Labels, values: readonly NumberValue[]) => string;

/**
 * Compiles a template: `{{label}}`, `{{labels.label}}`, `{{value.0}}`, `{{value.name}}`, each with `|number`, `|percent`,
 * `|duration` (ms) or `|bytes`. Throws `FormulaError` with the position of an unknown value or filter.
 */
export function compileSummary(template: string, names: readonly (string | null)[]): Summary {
  const parts: Summary[] = [];
  let end = 0;
  for (const match of template.matchAll(/\{\{([^{}]*)\}\}/g)) {
    const text = template.slice(end, match.index);
    parts.push(() => text, compilePart(match[1] ?? '', names, match.index));
    end = match.index + match[0].length;
  }
  const tail = template.slice(end);
  return (labels, values) => parts.map(part => part(labels, values)).join('') + tail;
}

/** The line of a rule without a template: its name and what tells the group apart. */
export function defaultSummary(ruleName: string): (groupLabels: Labels) => string {
  return groupLabels => {
    const pairs = Object.entries(groupLabels).filter(([, value]) => value !== '');
    return [ruleName, ...pairs.map(([name, value]) => `${name}=${value}`)].join(' ');
  };
}

function compilePart(text: string, names: readonly (string | null)[], position: number): Summary {
  const [path = '', filter = null] = text.split('|').map(part => part.trim());
  const format = filter === null ? formatNumber : FILTERS[filter];
  if (format === undefined || (filter !== null && !Object.hasOwn(FILTERS, filter)))
    throw new FormulaError(`there is no filter "${filter}"`, position);
  if (!path.startsWith('value.')) {
    const label = path.replace(/^labels\./, '');
    return labels => (Object.hasOwn(labels, label) ? (labels[label] ?? '') : '');
  }
  const which = path.slice('value.'.length);
  const index = /^\d+$/.test(which) ? Number(which) : names.indexOf(which);
  if (index < 0 || index >= names.length) throw new FormulaError(`there is no metric "${which}"`, position);
  return (_, values) => {
    const value = values[index];
    return typeof value === 'number' ? format(value) : '?';
  };
}

function formatBytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${formatNumber(Math.round(scaled * 100) / 100)} ${units[unit]}`;
}
