import { LineIndex } from './line-index.ts';
import type { SqlError } from './parser.ts';
import type { TooMuchError } from './resolve/effort.ts';

/** Told one by one up to so many, then as one number. */
const MAX_TOLD = 100;

/** Statements that could be read and whose lineage is too much to be told. */
export class TooMuchLog {
  readonly #lines: LineIndex;
  readonly #told: SqlError[] = [];
  #firstUntold: Omit<SqlError, 'message'> | null = null;
  #untold = 0;

  constructor(text: string) {
    this.#lines = new LineIndex(text);
  }

  /** `pos`: where the statement begins. */
  add(pos: number, { message }: TooMuchError): void {
    if (this.#told.length < MAX_TOLD) {
      this.#told.push({ ...this.#lines.placeOf(pos), message });
      return;
    }
    this.#firstUntold ??= this.#lines.placeOf(pos);
    this.#untold++;
  }

  get count(): number {
    return this.#told.length + this.#untold;
  }

  /** These errors and its own in the order of the script. */
  among(errors: readonly SqlError[]): readonly SqlError[] {
    if (this.#told.length === 0) return errors;
    const all = [...errors, ...this.#told];
    if (this.#firstUntold !== null) {
      const message = `${this.#untold.toLocaleString('en')} more statements from here on are too much for the same reason`;
      all.push({ ...this.#firstUntold, message });
    }
    return all.sort((a, b) => a.line - b.line || a.column - b.column);
  }
}
