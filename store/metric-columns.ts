/**
 * Columns of numbers as small bytes (frame of reference): a constant once, whole numbers as 1, 2 or 4 byte offsets from the
 * least, of themselves or of their steps, whichever is smaller, everything else as doubles. Exact in every case. Metrics are mostly
 * constants, counters and milliseconds, so an hour of one series is some hundred bytes.
 *
 * A column: kind (1 byte), then base (8) and, by kind, the first value (8) and n offsets. Little endian.
 */
const CONSTANT = 0;
const DOUBLES = 1;
/** Kinds 2, 3, 4: offsets of 1, 2, 4 bytes. Kinds 5, 6, 7: the same of the differences between neighbours. */
const OFFSETS = 2;
const DIFFERENCES = 5;
const WIDTHS = [1, 2, 4];
const LIMITS = [0xff, 0xffff, 0xffffffff];
const TOO_WIDE = 3;

/** Encodes columns of one length, in order. */
export function encodeColumns(columns: readonly Float64Array[], count: number): Buffer {
  const out = Buffer.allocUnsafe(4 + columns.length * (17 + count * 8));
  let at = out.writeUInt32LE(count, 0);
  for (const column of columns) at = encodeColumn(column, count, out, at);
  // A copy of its own length: the bytes are kept, the scratch is not.
  return Buffer.from(out.subarray(0, at));
}

/** The columns `encodeColumns` was given; they share one buffer. */
export function decodeColumns(bytes: Uint8Array, columns: number): Float64Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const all = new Float64Array(count * columns);
  const decoded: Float64Array<ArrayBuffer>[] = [];
  let at = 4;
  for (let i = 0; i < columns; i++) {
    const column = all.subarray(i * count, (i + 1) * count);
    at = decodeColumn(view, at, column);
    decoded.push(column);
  }
  return decoded;
}

function encodeColumn(column: Float64Array, count: number, out: Buffer, at: number): number {
  const plain = spread(column, count, false);
  const steps = spread(column, count, true);
  if (plain.low === plain.high && (plain.whole || plain.low !== 0))
    return out.writeDoubleLE(plain.low, out.writeUInt8(CONSTANT, at));
  const narrowest = Math.min(plain.width, steps.width);
  if (narrowest === TOO_WIDE) {
    at = out.writeUInt8(DOUBLES, at);
    for (let i = 0; i < count; i++) at = out.writeDoubleLE(column[i]!, at);
    return at;
  }
  const differences = steps.width < plain.width;
  at = out.writeUInt8((differences ? DIFFERENCES : OFFSETS) + narrowest, at);
  at = out.writeDoubleLE(differences ? steps.low : plain.low, at);
  if (differences) at = out.writeDoubleLE(column[0]!, at);
  for (let i = differences ? 1 : 0; i < count; i++) {
    const offset = differences ? column[i]! - column[i - 1]! - steps.low : column[i]! - plain.low;
    if (narrowest === 0) out[at] = offset;
    else if (narrowest === 1) out.writeUInt16LE(offset, at);
    else out.writeUInt32LE(offset, at);
    at += WIDTHS[narrowest]!;
  }
  return at;
}

/** Least and greatest of the values or of their steps, and the index of the width their offsets need. */
function spread(
  column: Float64Array,
  count: number,
  steps: boolean,
): { low: number; high: number; whole: boolean; width: number } {
  let low = Infinity;
  let high = -Infinity;
  let whole = true;
  for (let i = steps ? 1 : 0; i < count; i++) {
    const value = column[i]!;
    // Only whole numbers that add and subtract exactly; -0 would come back as 0.
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) whole = false;
    const one = steps ? value - column[i - 1]! : value;
    if (one < low) low = one;
    if (one > high) high = one;
  }
  if (steps && (count < 2 || !Number.isSafeInteger(column[0]!) || Object.is(column[0]!, -0))) whole = false;
  const exact = whole && Number.isSafeInteger(low) && Number.isSafeInteger(high);
  const fits = exact ? LIMITS.findIndex(limit => high - low <= limit) : -1;
  return { low, high, whole, width: fits < 0 ? TOO_WIDE : fits };
}

function decodeColumn(view: DataView, at: number, column: Float64Array): number {
  const kind = view.getUint8(at);
  at += 1;
  if (kind === DOUBLES) {
    for (let i = 0; i < column.length; i++, at += 8) column[i] = view.getFloat64(at, true);
    return at;
  }
  const base = view.getFloat64(at, true);
  at += 8;
  if (kind === CONSTANT) {
    column.fill(base);
    return at;
  }
  const differences = kind >= DIFFERENCES;
  const width = kind - (differences ? DIFFERENCES : OFFSETS);
  let start = 0;
  if (differences) {
    column[0] = view.getFloat64(at, true);
    at += 8;
    start = 1;
  }
  const n = column.length;
  if (width === 0) for (let i = start; i < n; i++, at += 1) column[i] = base + view.getUint8(at);
  else if (width === 1) for (let i = start; i < n; i++, at += 2) column[i] = base + view.getUint16(at, true);
  else for (let i = start; i < n; i++, at += 4) column[i] = base + view.getUint32(at, true);
  if (differences) for (let i = 1; i < n; i++) column[i] = column[i]! + column[i - 1]!;
  return at;
}
