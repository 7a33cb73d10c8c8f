import { blameOf, type FreshnessAnswer, youngerBy } from './answer.ts';

/** Sinks remembered, at most; the one asked about longest ago is forgotten first. */
const MAX_SINKS = 10_000;

/**
 * Keeps `complete_up_to` from going back. What is complete stays complete, but the proof may get coarser: samples of long ago are
 * thinned, and a bound computed from fewer of them lies further back. The best bound given so far still holds, and no estimate is older.
 */
export class Completeness {
  readonly #best = new Map<string, { readonly ts: number; readonly upTo: number }>();

  /** The answer with the better of its own bound and the best given for an earlier instant. */
  hold<A extends FreshnessAnswer>(answer: A): A {
    const { sink, ts, age_ms: age, complete_up_to: upTo } = answer;
    const best = this.#best.get(sink);
    if (age === null || upTo === null || (best !== undefined && ts < best.ts)) return answer;
    const held = Math.max(upTo, best?.upTo ?? upTo);
    this.#best.delete(sink);
    this.#best.set(sink, { ts, upTo: held });
    if (this.#best.size > MAX_SINKS) this.#best.delete(this.#best.keys().next().value!);
    if (held === upTo) return answer;
    const high = ts - held;
    if (age <= high) return { ...answer, age_high_ms: high, complete_up_to: held };
    const residences = youngerBy(age - high, answer.residence_ms);
    return {
      ...answer,
      age_ms: high,
      age_low_ms: answer.age_low_ms === null ? null : Math.min(answer.age_low_ms, high),
      age_high_ms: high,
      complete_up_to: held,
      residence_ms: residences,
      blame: blameOf(residences),
    };
  }

  /** Another graph: another path, other facts. */
  clear(): void {
    this.#best.clear();
  }
}
