/** Samples of a curve as text: what a day of 10,000 partitions costs to write is their size. */

/** Begins the text of differences; no base64 begins so. */
const DIFFERENCES = '~';

/** Twice the difference of two such numbers is still exact. */
const MOST = 2 ** 51;

/** Whole times and values as differences of varying length in base64, about 4 bytes a sample; others as doubles, times then values. */
export function encodeSamples(times: Float64Array, values: Float64Array): string {
  const isWhole = (x: number): boolean => Number.isInteger(x) && Math.abs(x) <= MOST;
  if (!times.every(isWhole) || !values.every(isWhole)) {
    const both = new Float64Array(times.length * 2);
    both.set(times, 0);
    both.set(values, times.length);
    return Buffer.from(both.buffer).toString('base64');
  }
  const bytes: number[] = [];
  for (const numbers of [times, values]) {
    let before = 0;
    for (const number of numbers) {
      // Zigzag: the sign in the lowest place.
      const difference = number - before;
      let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
      for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
      bytes.push(rest);
      before = number;
    }
  }
  return DIFFERENCES + Buffer.from(bytes).toString('base64');
}

/** Samples of a text, at most `most` of them; none where it cannot be read. */
export function decodeSamples(text: string, most: number): readonly (readonly [t: number, x: number])[] {
  const numbers = text.startsWith(DIFFERENCES) ? fromDifferences(text) : fromDoubles(text);
  const n = numbers.length / 2;
  if (!Number.isInteger(n) || n > most) return [];
  return Array.from({ length: n }, (_, i) => [numbers[i]!, numbers[n + i]!] as const);
}

function fromDoubles(text: string): readonly number[] {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength % 16 !== 0) return [];
  const both = new Float64Array(bytes.byteLength / 8);
  Buffer.from(both.buffer).set(bytes);
  return [...both];
}

function fromDifferences(text: string): readonly number[] {
  const zigzags: number[] = [];
  let [number, place] = [0, 1];
  for (const byte of Buffer.from(text.slice(DIFFERENCES.length), 'base64')) {
    number += (byte % 128) * place;
    place *= 128;
    if (byte >= 128) continue;
    zigzags.push(number);
    [number, place] = [0, 1];
  }
  if (place > 1 || zigzags.length % 2 !== 0) return [];
  let before = 0;
  return zigzags.map((zigzag, i) => {
    if (i === zigzags.length / 2) before = 0;
    before += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    return before;
  });
}
