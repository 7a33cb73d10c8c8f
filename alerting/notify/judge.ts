/** Why an alert is not told: silences and inhibitions of one moment, and acknowledgements. Made anew for each round of dispatch and sending. */
import type { Labels } from '../../model/labels.ts';
import type { Severity } from '../intent.ts';
import type { Ack, Acks } from './ack.ts';
import type { ImpactSource, PathSource } from './context.ts';
import { type FiringAlert, type Inhibition, Inhibitor } from './inhibit.ts';
import type { ReadLabel } from './matching.ts';
import type { Silence } from './silence.ts';

/** Why something is not told, for the delivery log. JSON (an alias, so that it counts as `Json`). */
export type Withheld = {
  readonly reason: 'silenced' | 'inhibited' | 'acked' | 'interval' | 'untold' | 'no-receiver';
  /** Id of the silence or inhibition, or who acknowledged; '' where nobody did it. */
  readonly by: string;
  /** One line for people. */
  readonly detail: string;
  /** Episode of the alert that inhibits it. */
  readonly source?: string;
};

export interface JudgeParts {
  readonly silences: readonly Silence[];
  readonly inhibitions: readonly Inhibition[];
  /** All alerts that fire; asked for at most once, and only when there are inhibitions. */
  readonly firing: () => readonly FiringAlert[];
  readonly paths: PathSource;
  readonly impact: Pick<ImpactSource, 'ownerOf'>;
  readonly acks: Pick<Acks, 'of'>;
}

export class Judge {
  readonly #parts: JudgeParts;
  #inhibitor: Inhibitor | null = null;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  /** What keeps an alert quiet at an instant: the tick it is told of, or the moment of sending. */
  withheld(alert: FiringAlert, at: number): Withheld | null {
    const silence = this.silencedBy(alert.labels, at)[0];
    if (silence !== undefined) {
      const { comment, purpose, created_by } = silence.document;
      const words = [purpose, comment].filter(text => text !== undefined && text !== '').join(': ');
      const detail = `silence ${silence.id}${words === '' ? '' : ` (${words})`}${created_by === '' ? '' : ` by ${created_by}`}`;
      return { reason: 'silenced', by: silence.id, detail };
    }
    if (this.#parts.inhibitions.length === 0) return null;
    const found = this.#inhibitions().by(alert, at);
    if (found === null) return null;
    const detail = `inhibition ${found.inhibition}: follows from ${alertLine(found.source.labels)}`;
    return { reason: 'inhibited', by: found.inhibition, detail, source: found.source.id };
  }

  /** The silences that hold for these labels at an instant. */
  silencedBy(labels: Labels, at: number): readonly Silence[] {
    const read = ownedReader(labels, this.#parts.impact);
    return this.#parts.silences.filter(silence => silence.isActive(at) && silence.matches(read));
  }

  /** The acknowledgement that stops repeats and escalation now. */
  acked(episode: string, severity: Severity): Ack | null {
    return this.#parts.acks.of(episode, severity);
  }

  /** Alerts that are not told because this one fires. */
  consequencesOf(episode: string): readonly FiringAlert[] {
    return this.#parts.inhibitions.length === 0 ? [] : this.#inhibitions().consequencesOf(episode);
  }

  #inhibitions(): Inhibitor {
    const { inhibitions, firing, paths } = this.#parts;
    this.#inhibitor ??= new Inhibitor(inhibitions, firing(), paths);
    return this.#inhibitor;
  }
}

/** Reads labels, and `owner` from the graph where no label has that name. */
export function ownedReader(labels: Labels, impact: Pick<ImpactSource, 'ownerOf'>): ReadLabel {
  return label => labels[label] ?? (label === 'owner' ? impact.ownerOf(labels) : undefined);
}

/** An alert in one line: its rule, then what it names. */
export function alertLine(labels: Labels): string {
  const { alertname = '', severity: _severity, ...named } = labels;
  const text = Object.keys(named)
    .sort()
    .map(name => `${name}=${named[name]}`)
    .join(', ');
  return text === '' ? alertname : `${alertname} (${text})`;
}
