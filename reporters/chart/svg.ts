/**
 * A metric around an alert as SVG: the line, the threshold, the time it fired. Pure. Only numbers and times are written in it,
 * because the picture's font knows no Chinese; what it shows is said in the text around it.
 */
import type { MessageChart } from '../../alerting/notify/message.ts';
import { timeTicks, valueAxis } from './scale.ts';

const WIDTH = 640;
const HEIGHT = 200;
const LEFT = 58;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;

const INK = '#475467';
const GRID = '#eaecf0';
const LINE = '#175cd3';
const ALARM = '#d92d20';
const SPAN = '#fee4e2';

/** The picture, 640 by 200. Null when there are fewer than two known points: a chart of nothing misleads. */
export function chartSvg(chart: MessageChart, zone: string): string | null {
  const known = chart.points.filter((point): point is readonly [number, number] => point[1] !== null);
  const first = chart.points[0]?.[0];
  const last = chart.points.at(-1)?.[0];
  if (known.length < 2 || first === undefined || last === undefined || last <= first) return null;

  const values = known.map(([, value]) => value);
  if (chart.threshold !== undefined) values.push(chart.threshold);
  const axis = valueAxis(Math.min(...values), Math.max(...values), chart.unit);
  const low = axis.ticks[0] ?? 0;
  const high = axis.ticks.at(-1) ?? 1;
  const x = (at: number): number => round(LEFT + ((at - first) / (last - first)) * (WIDTH - LEFT - RIGHT));
  const y = (value: number): number => round(TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM));

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="DejaVu Sans" font-size="12" fill="${INK}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    firingSpan(chart, first, last, x),
    ...axis.ticks.map(value => gridLine(axis.write(value), y(value))),
    ...timeTicks(first, last).map(at => timeLabel(at, x(at), zone)),
    `<path d="${linePath(chart.points, x, y)}" fill="none" stroke="${LINE}" stroke-width="1.8" stroke-linejoin="round"/>`,
    chart.threshold === undefined ? '' : thresholdLine(axis.write(chart.threshold), y(chart.threshold)),
    '</svg>',
  ].join('');
}

/** Where it fired, cut to the part that is shown. */
function firingSpan(chart: MessageChart, first: number, last: number, x: (at: number) => number): string {
  const from = Math.max(first, chart.firingFrom);
  const to = Math.min(last, chart.firingTo ?? last);
  if (to < from) return '';
  const height = HEIGHT - TOP - BOTTOM;
  const left = x(from);
  return `<rect x="${left}" y="${TOP}" width="${round(Math.max(1, x(to) - left))}" height="${height}" fill="${SPAN}"/><line x1="${left}" x2="${left}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="${ALARM}" stroke-width="1"/>`;
}

function gridLine(text: string, at: number): string {
  return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="${GRID}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${text}</text>`;
}

function thresholdLine(text: string, at: number): string {
  const label = at < TOP + 14 ? at + 13 : at - 4;
  return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="${ALARM}" stroke-width="1.4" stroke-dasharray="6 4"/><text x="${LEFT + 4}" y="${label}" fill="${ALARM}">${text}</text>`;
}

/** The line, broken where a value is not known; a point between two gaps is a dot. */
function linePath(points: MessageChart['points'], x: (at: number) => number, y: (value: number) => number): string {
  let path = '';
  points.forEach(([at, value], i) => {
    if (value === null) return;
    const begins = (points[i - 1]?.[1] ?? null) === null;
    const alone = begins && (points[i + 1]?.[1] ?? null) === null;
    path += `${begins ? 'M' : 'L'}${x(at)} ${y(value)}${alone ? 'h1' : ''}`;
  });
  return path;
}

function timeLabel(at: number, x: number, zone: string): string {
  const anchor = x < LEFT + 20 ? 'start' : x > WIDTH - RIGHT - 20 ? 'end' : 'middle';
  return `<text x="${x}" y="${HEIGHT - 8}" text-anchor="${anchor}">${clockTime(at, zone)}</text>`;
}

function clockTime(at: number, zone: string): string {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at);
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
