/** What analysing a script may cost: stacked views and joins of wide tables multiply, and a megabyte of them has no end. */

/** Columns, tables and sources put together in one script; a thousand ordinary statements need a fifth. */
const PER_SCRIPT = 600_000;
/** What any statement may take even when the script's share is used up, so that a few monsters do not cost the others their lineage. */
const PER_STATEMENT = 500;

/** A statement that costs more than is left. Never leaves `lineage/sql`. */
export class TooMuchError {
  readonly message = MESSAGE;
}

const MESSAGE =
  'the views, CTEs and joins of this script multiply to more than ' +
  `${PER_SCRIPT.toLocaleString('en')} columns and tables, and this statement is one too many: its lineage is not known`;

export class Effort {
  /** Ids of views that were too much themselves: what reads one is so too, and must not take it for a table. */
  readonly lost = new Set<string>();
  #left = PER_SCRIPT;
  #statement = PER_STATEMENT;

  /** To be called before each statement. */
  begin(): void {
    this.#statement = PER_STATEMENT;
  }

  /** Throws `TooMuchError` when `amount` is more than is left; to be called before it is done. */
  spend(amount: number): void {
    if (amount <= this.#left) this.#left -= amount;
    else if (amount <= this.#statement) this.#statement -= amount;
    else throw new TooMuchError();
  }
}
