import { flinkLine } from '../log-lines.ts';
import { type LineTimes, lineTime } from './wire-lines.ts';

const QUARTER_HOUR = 900_000;
const WORDS = ['OutOfMemoryError', 'TimeoutException', 'DisconnectException', 'NumberFormatException'];
const PHRASES = ['"Java heap space"', '"switched from RUNNING to FAILED"', '"Discovered group coordinator"'];

/** The kinds of search there is a bar for: query parameters of the search number `i`, each for another container, job and time. */
export const SEARCHES: Readonly<Record<string, (i: number, times: LineTimes) => Readonly<Record<string, string>>>> = {
  'container + 15 min': (i, times) => {
    const { line, ts } = someLine(i, times);
    return { container: line.containerId, from: String(ts - QUARTER_HOUR / 2), to: String(ts + QUARTER_HOUR / 2) };
  },
  'term + job': (i, times) => ({ q: WORDS[i % WORDS.length] ?? '', job: someLine(i, times).line.jobName }),
  phrase: i => ({ q: PHRASES[i % PHRASES.length] ?? '' }),
};

function someLine(i: number, times: LineTimes) {
  const n = (i * 7919) % times.count;
  const ts = lineTime(n, times);
  return { line: flinkLine(n, ts), ts };
}

/** Times in ms, rising, of `repeats` searches one after the other through the daemon's API. */
export async function timeSearches(
  url: string,
  paramsOf: (i: number) => Readonly<Record<string, string>>,
  repeats: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const target = `${url}/api/v1/logs/search?${new URLSearchParams(paramsOf(i))}`;
    const begin = performance.now();
    // neither packing nor parsing the answer is part of the search
    const response = await fetch(target, { headers: { 'accept-encoding': 'identity' } });
    const text = await response.text();
    times.push(performance.now() - begin);
    const page = JSON.parse(text) as { items?: unknown[] };
    if (!page.items?.length) throw new Error(`${target} finds nothing: ${response.status}`);
  }
  return times.sort((a, b) => a - b);
}
