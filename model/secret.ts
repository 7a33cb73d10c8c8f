/** A value that must not be seen: prints, logs and serialises as `<secret>`; only `reveal` gives it out. */
export class Secret {
  readonly #read: () => string;

  /** A function is asked at every `reveal`: the value may change while the daemon runs. */
  constructor(value: string | (() => string)) {
    this.#read = typeof value === 'string' ? () => value : value;
  }

  reveal(): string {
    return this.#read();
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '<secret>';
  }
}
