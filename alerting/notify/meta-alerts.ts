/**
 * Alerts about tidewatch itself: each condition is told once when it begins and once when it ends, through the same dispatch and outbox as any
 * other alert. What is told is kept in the state store, so that neither a restart nor a crash tells it again.
 */
import type { Clock } from '../../model/clock.ts';
import { type ErrorCode, VersionConflictError } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { LiveAlert } from '../engine-alerts.ts';
import { episodeId } from '../evaluate/intents.ts';
import type { Intent, Severity } from '../intent.ts';

const SETTING = 'meta-alerts';
/** Ids with a tilde belong to the daemon itself, not to rules. */
const OWNER = '~meta';

/** Something that is wrong with the daemon. JSON (an alias, so that it counts as `Json`). */
export type MetaCondition = {
  readonly code: ErrorCode;
  /** Tells apart what may go wrong more than once at a time, such as a channel's name; else ''. */
  readonly subject: string;
  readonly severity: Severity;
  /** One line for people. */
  readonly summary: string;
  readonly labels: Labels;
};

type Active = MetaCondition & { readonly startsAt: number; readonly told: boolean };

export interface MetaAlertsOptions {
  readonly state: Pick<StateStore, 'get' | 'put' | 'commitTick' | 'dropRule'>;
  readonly receivers: () => readonly string[];
  readonly clock: Clock;
}

export class MetaAlerts {
  readonly #options: MetaAlertsOptions;
  readonly #active = new Map<string, Active>();

  constructor(options: MetaAlertsOptions) {
    this.#options = options;
  }

  /** Reads what goes on, and finishes what a crash cut short. Rejects with `StoreAwayError`. */
  async load(): Promise<void> {
    this.#active.clear();
    const stored = await this.#options.state.get<readonly Active[]>('setting', SETTING);
    for (const active of stored?.body ?? []) this.#active.set(keyOf(active), active);
    for (const active of this.#active.values()) if (!active.told) await this.#tellBeginning(active);
  }

  /** Makes the daemon's word agree with what is wrong now. Rejects with `StoreAwayError`; the next call goes on from there. */
  async update(conditions: readonly MetaCondition[]): Promise<void> {
    const now = new Map(conditions.map(condition => [keyOf(condition), condition]));
    for (const [key, condition] of now) {
      const active = this.#active.get(key);
      if (active === undefined) await this.#begin(condition);
      else if (!active.told) await this.#tellBeginning(active);
    }
    for (const [key, active] of [...this.#active]) if (!now.has(key)) await this.#end(active);
  }

  alerts(): readonly LiveAlert[] {
    return [...this.#active.values()].map(active => ({
      id: episodeOf(active),
      kind: 'meta',
      rule_id: OWNER,
      labels: labelsOf(active),
      state: 'firing',
      starts_at: active.startsAt,
      active_at: active.startsAt,
      values: [],
      formula: '',
      summary: active.summary,
      annotations: [],
      code: active.code,
    }));
  }

  async #begin(condition: MetaCondition): Promise<void> {
    const active: Active = { ...condition, startsAt: this.#options.clock.now(), told: false };
    this.#active.set(keyOf(active), active);
    await this.#save();
    await this.#tellBeginning(active);
  }

  async #tellBeginning(active: Active): Promise<void> {
    const id = await this.#commit(active, null);
    this.#active.set(keyOf(active), { ...active, told: true });
    await this.#save();
    await this.#options.state.dropRule(id);
  }

  async #end(active: Active): Promise<void> {
    const id = await this.#commit(active, Math.max(this.#options.clock.now(), active.startsAt + 1));
    this.#active.delete(keyOf(active));
    await this.#save();
    await this.#options.state.dropRule(id);
  }

  async #save(): Promise<void> {
    await this.#options.state.put('setting', SETTING, [...this.#active.values()], 'any');
  }

  /** One commit a transition, under an id of its own: done twice, it is refused as done. Forgotten once the list of what goes on is written. */
  async #commit(active: Active, endsAt: number | null): Promise<string> {
    const intent = this.#intent(active, endsAt);
    const id = `${OWNER}:${active.startsAt}:${keyOf(active)}:${endsAt === null ? 'begin' : 'end'}`;
    const commit = { cursor: null, groups: new Map(), intents: [{ id: intent.id, body: intent }], ticks: [] };
    try {
      await this.#options.state.commitTick(id, null, commit);
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
    }
    return id;
  }

  #intent(active: Active, endsAt: number | null): Intent {
    const episode = episodeOf(active);
    return {
      id: `${episode}-${endsAt === null ? 'meta' : 'meta-end'}`,
      ruleId: OWNER,
      ruleName: 'tidewatch',
      groupKey: keyOf(active),
      t: endsAt ?? active.startsAt,
      kind: 'meta',
      episode,
      labels: labelsOf(active),
      severity: active.severity,
      activeAt: active.startsAt,
      startsAt: active.startsAt,
      endsAt,
      values: [],
      formula: '',
      summary: endsAt === null ? active.summary : `over: ${active.summary}`,
      annotations: [],
      late: false,
      code: active.code,
      receivers: this.#options.receivers(),
      zone: 'UTC',
    };
  }
}

function keyOf({ code, subject }: MetaCondition): string {
  return `${code}:${subject}`;
}

function episodeOf(active: Active): string {
  return episodeId(OWNER, keyOf(active), active.startsAt);
}

function labelsOf({ labels, severity, code }: MetaCondition): Labels {
  return { alertname: 'tidewatch', severity, code, ...labels };
}
