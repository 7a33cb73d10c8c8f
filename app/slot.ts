import { UserError } from '../model/errors.ts';

/** Something that is there only part of the time: while the daemon starts, or where another one holds the lease. */
export class Slot<T> {
  #value: T | null = null;
  readonly #absent: string;

  /** `absent` says to users why it is not there. */
  constructor(absent: string) {
    this.#absent = absent;
  }

  set(value: T | null): void {
    this.#value = value;
  }

  /** Throws `UserError` standby (503). */
  get(): T {
    if (this.#value === null) throw new UserError('standby', this.#absent, { status: 503 });
    return this.#value;
  }

  peek(): T | null {
    return this.#value;
  }
}
