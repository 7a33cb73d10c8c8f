import { groupIntent } from '../evaluate/intents.ts';
import type { Rule } from '../evaluate/rule.ts';
import type { TickOutcome } from '../evaluate/tick.ts';
import type { Intent } from '../intent.ts';
import type { Silence } from '../notify/silence.ts';

/**
 * What a replay would have told under silences (alerting.md rule 16), tick by tick: what is silenced at its tick is kept back; once no
 * silence holds, an alert still firing is told, if it never was or a repeat was due; an end is told only where the beginning was.
 */
export class SilencedReplay {
  readonly #rule: Rule;
  readonly #silences: readonly Silence[];
  readonly #told = new Set<string>();
  /** Kept back, by episode. */
  readonly #owed = new Map<string, Intent>();

  constructor(rule: Rule, silences: readonly Silence[]) {
    this.#rule = rule;
    this.#silences = silences;
  }

  /** The outcome with what would have been told of it; ticks must come in order. */
  apply(outcome: TickOutcome): TickOutcome {
    if (this.#silences.length === 0) return outcome;
    const late = [...this.#owed.values()];
    const told = outcome.intents.filter(intent => this.#tells(intent));
    for (const intent of late) {
      if (!this.#owed.has(intent.episode) || this.#isSilenced(intent, outcome.t)) continue;
      const now = this.#stillFiring(intent, outcome);
      if (now === null) continue;
      this.#owed.delete(intent.episode);
      this.#told.add(intent.episode);
      told.push(now);
    }
    return { ...outcome, intents: told };
  }

  #tells(intent: Intent): boolean {
    const { episode } = intent;
    if (intent.endsAt !== null) {
      this.#owed.delete(episode);
      return this.#told.delete(episode);
    }
    if (this.#isSilenced(intent, intent.t)) {
      // That a group is silent or restless is said once; it is no news any more when the silence ends.
      if (intent.kind !== 'stale') this.#owed.set(episode, intent);
      return false;
    }
    this.#owed.delete(episode);
    this.#told.add(episode);
    return true;
  }

  #isSilenced({ labels }: Intent, t: number): boolean {
    return this.#silences.some(silence => silence.isActive(t) && silence.matches(label => labels[label]));
  }

  /** The kept-back intent as of this tick; null where it does not fire now. */
  #stillFiring(intent: Intent, { t, groups }: TickOutcome): Intent | null {
    if (intent.kind === 'nodata' || intent.kind === 'meta') return { ...intent, t };
    const group = groups.find(({ key }) => key === intent.groupKey);
    if (group?.status !== 'firing') return null;
    const { startsAt, activeAt } = intent;
    const kind = this.#told.has(intent.episode) ? 'repeat' : 'firing';
    return groupIntent(this.#rule, group, t, { kind, startsAt, activeAt, severity: group.severity ?? intent.severity });
  }
}
