/**
 * Series as promtool writes them. A value is `12`, a missing one `_`, `stale` ends the series; `1+2x3` is 1 3 5 7, `9-2x2` is 9 7 5, `4x2` is
 * 4 4 4, `_x3` is three missing ones.
 */
import { UserError } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';

/** More values than this are a mistake. */
const MAX_VALUES = 100_000;

const ITEM =
  /^(?:(stale)|(_)(?:x(\d+))?|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:([+-](?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))?(?:x(\d+))?)$/;

/** One value per interval; null where there is none. Throws `UserError` naming the part that cannot be read. */
export function parseValues(text: string): readonly (number | null)[] {
  const values: (number | null)[] = [];
  for (const part of text.trim().split(/\s+/)) {
    const [all, stale, missing, missingTimes, first, step, times] = ITEM.exec(part) ?? [];
    if (all === undefined || (step !== undefined && times === undefined))
      throw unreadable(`"${part}" is no value; write 5, 1+2x3, 4x2, _, _x3 or stale`);
    const count = Number(missingTimes ?? (missing === undefined ? Number(times ?? 0) + 1 : 1));
    if (values.length + count > MAX_VALUES) throw unreadable(`more than ${MAX_VALUES} values`);
    for (let i = 0; i < count; i++)
      values.push(missing === undefined && stale === undefined ? Number(first) + i * Number(step ?? 0) : null);
  }
  return values;
}

/** `name{label="value",…}`. Throws `UserError`. */
export function parseSeries(text: string): { readonly name: string; readonly labels: Labels } {
  const [, name, inner] = /^\s*([\p{L}_:][\p{L}\p{N}_:.-]*)\s*(?:\{(.*)\})?\s*$/su.exec(text) ?? [];
  if (name === undefined) throw unreadable(`"${text}" is no series; write lag{topic="a"}`);
  return { name, labels: parseLabels(inner ?? '', text) };
}

/** `{label="value",…}` without a name, as log lines are described. Throws `UserError`. */
export function parseLabelSet(text: string): Labels {
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(text) ?? [];
  if (inner === undefined) throw unreadable(`"${text}" is no set of labels; write {job="a", level="ERROR"}`);
  return parseLabels(inner, text);
}

function parseLabels(inner: string, whole: string): Labels {
  const labels: Record<string, string> = {};
  const pair = /\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/suy;
  while (pair.lastIndex < inner.length && inner.slice(pair.lastIndex).trim() !== '') {
    const at = pair.lastIndex;
    const [, label, value] = pair.exec(inner) ?? [];
    if (label === undefined) throw unreadable(`the labels of ${whole} cannot be read from "${inner.slice(at)}" on`);
    labels[label] = (value ?? '').replace(/\\(.)/gs, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }
  return labels;
}

function unreadable(message: string): UserError {
  return new UserError('bad-request', message);
}
