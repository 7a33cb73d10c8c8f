import { flinkLine, flinkLineJson } from '../log-lines.ts';

/** `count` lines that end at `end` and are spread evenly over `spanMs`. */
export interface LineTimes {
  readonly count: number;
  readonly end: number;
  readonly spanMs: number;
}

/** Event time of line `i`, epoch ms. */
export function lineTime(i: number, { count, end, spanMs }: LineTimes): number {
  return end - spanMs + Math.floor((i * spanMs) / count);
}

/** Line `i` in the native wire format. */
export function wireLine(i: number, times: LineTimes): Buffer {
  return Buffer.from(flinkLineJson(flinkLine(i, lineTime(i, times))));
}

/** Lines `from` to `to` as NDJSON bodies of `perBody` lines. */
export function wireBodies(times: LineTimes, perBody: number, from = 0, to = times.count): Buffer[] {
  const bodies: Buffer[] = [];
  for (let start = from; start < to; start += perBody) {
    let body = '';
    for (let i = start; i < Math.min(to, start + perBody); i++)
      body += `${flinkLineJson(flinkLine(i, lineTime(i, times)))}\n`;
    bodies.push(Buffer.from(body));
  }
  return bodies;
}
