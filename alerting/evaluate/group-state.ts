/** A group's state between ticks, and what a tick sees and says of it. */
import type { Labels } from '../../model/labels.ts';
import type { IntentKind, Severity } from '../intent.ts';
import { EMPTY_RING } from './flapping.ts';
import type { Observed } from './observe.ts';

/** inactive -> pending (true, `for` not over) -> firing -> recovering (false, not yet ended) -> inactive. */
export type Status = 'inactive' | 'pending' | 'firing' | 'recovering';

/** A group's state between ticks; JSON (an alias, so that it counts as `Json`). */
export type GroupState = {
  readonly labels: Labels;
  readonly status: Status;
  /** First tick of the condition being true; null while inactive. */
  readonly activeAt: number | null;
  /** Tick at which it began to fire; names the episode. */
  readonly startsAt: number | null;
  /** First false tick of a recovery under way. */
  readonly falseSince: number | null;
  readonly severity: Severity | null;
  readonly notifiedAt: number | null;
  readonly notifiedSeverity: Severity | null;
  readonly repeats: number;
  /** `startsAt` of the episode receivers believe to be firing. */
  readonly told: number | null;
  /** No-data ticks in a row, counted up to the rule's `no_data.after`. */
  readonly unknownTicks: number;
  /** First tick of the no-data run. */
  readonly missingSince: number | null;
  readonly staleTold: boolean;
  /** Last results, newest last; leading repetitions are left out. */
  readonly ring: string;
  readonly flapping: boolean;
  /** Whether an episode within the ring was told: flapping never comes before a first firing. */
  readonly firedInRing: boolean;
};

/** A group at a tick and what surrounds it. */
export interface Observation {
  readonly t: number;
  readonly group: Observed;
  /** Another group of the rule is known at this tick. */
  readonly othersReport: boolean;
  /** The rule was edited since the last tick. */
  readonly edited: boolean;
  /** The group's job has ended for good. */
  readonly jobEnded: boolean;
}

/** Something to tell, before it becomes an intent. */
export interface Notice {
  readonly kind: IntentKind;
  readonly startsAt: number;
  readonly activeAt: number;
  readonly severity: Severity;
  readonly reason?: string;
}

/** A state in which nothing has happened. */
export function blankState(labels: Labels): GroupState {
  return {
    labels,
    status: 'inactive',
    activeAt: null,
    startsAt: null,
    falseSince: null,
    severity: null,
    notifiedAt: null,
    notifiedSeverity: null,
    repeats: 0,
    told: null,
    unknownTicks: 0,
    missingSince: null,
    staleTold: false,
    ring: EMPTY_RING,
    flapping: false,
    firedInRing: false,
  };
}

/** Firing or on its way out of it: receivers may believe it fires. */
export function isActive(status: Status): boolean {
  return status === 'firing' || status === 'recovering';
}
