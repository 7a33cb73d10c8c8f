import { nextTurn } from '../../model/next-turn.ts';

/** How often a question is begun anew because the graph changed under it; then it is answered in one go. */
const MAX_ATTEMPTS = 3;

/**
 * An answer about the whole graph: worked out in slices between which others run, kept until the graph changes, and worked out once for
 * all who ask meanwhile. It is of one state of the graph, never of two.
 */
export class Sliced<T> {
  readonly #work: () => Generator<void, T>;
  readonly #revision: () => number;
  #known: { readonly revision: number; readonly answer: T } | null = null;
  #running: Promise<T> | null = null;

  /** `work` yields where others may run; `revision` is another number after every change of what it looks at. */
  constructor(work: () => Generator<void, T>, revision: () => number) {
    this.#work = work;
    this.#revision = revision;
  }

  get(): Promise<T> {
    if (this.#known?.revision === this.#revision()) return Promise.resolve(this.#known.answer);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const revision = this.#revision();
      const work = this.#work();
      for (;;) {
        const step = work.next();
        if (step.done === true) {
          this.#known = { revision, answer: step.value };
          return step.value;
        }
        if (attempt < MAX_ATTEMPTS) await nextTurn();
        if (this.#revision() !== revision) break;
      }
    }
  }
}

/** Counts work done; true each time so much of it is done that others should run. */
export function slicer(size: number): () => boolean {
  let done = 0;
  return () => ++done % size === 0;
}
