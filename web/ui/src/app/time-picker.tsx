import type { JSX } from 'preact';
import { clock } from '../format/time.ts';
import { words } from '../i18n/language.ts';
import { RANGES, type RangeName, setRelativeRange, timeRange } from './time-range.ts';

const NAMES = Object.keys(RANGES).filter((name): name is RangeName => name in RANGES);

/** The one time range of the site. An absolute range, set by zooming a chart, appears as a choice of its own. */
export function TimePicker(): JSX.Element {
  const { shell } = words();
  const range = timeRange.value;
  const pick = (event: Event): void => {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return;
    const name = NAMES.find(n => n === (event.currentTarget as HTMLSelectElement).value);
    if (name) setRelativeRange(name);
  };
  return (
    <select class="select" aria-label={shell.range} value={range.name ?? 'absolute'} onChange={pick}>
      {range.name === null && <option value="absolute">{`${clock(range.from)} – ${clock(range.to)}`}</option>}
      {NAMES.map(name => (
        <option key={name} value={name}>
          {shell.ranges[name]}
        </option>
      ))}
    </select>
  );
}
