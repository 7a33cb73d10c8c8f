/** Keeps the generated rules of jobs in step with the estate and the settings, those of the file and those people set over the API. */
import type { Clock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { RuleService } from '../rule-service.ts';
import { demandVersion, withVersion } from '../rule-versions.ts';
import type { GeneratedOutcome } from './generated-rules.ts';
import { type GeneratedEstate, jobRules } from './job-rules.ts';
import { GeneratedSettings, mergeSettings, parseGeneratedSettings } from './settings.ts';

export interface JobRuleKeeperOptions {
  readonly rules: Pick<RuleService, 'setGeneratedRules'>;
  readonly estate: () => GeneratedEstate;
  /** `alerting.generated` of the configuration, checked; read anew at every use. */
  readonly fileSettings: () => GeneratedSettings;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly logger: { warn(fields: object, message: string): void };
}

/** What `GET /rules/generated` answers. `settings` are the API's, `effective` with the file's beneath. */
export interface GeneratedView {
  readonly version: string;
  readonly settings: GeneratedSettings;
  readonly effective: GeneratedSettings;
}

const SETTING = 'generated-rules';
/** The version while nothing was set. */
const NONE = '0';

export class JobRuleKeeper {
  readonly #options: JobRuleKeeperOptions;
  #api: GeneratedSettings = {};
  #version = NONE;
  #refused = '';

  constructor(options: JobRuleKeeperOptions) {
    this.#options = options;
  }

  /** Reads the settings and makes the rules. Rejects with `StoreAwayError`. */
  async start(): Promise<void> {
    const doc = await this.#options.state.get('setting', SETTING);
    if (doc !== null) {
      const parsed = GeneratedSettings.safeParse(doc.body);
      if (parsed.success) this.#api = parsed.data;
      else this.#options.logger.warn({ error: parsed.error.message }, 'settings of generated rules cannot be read');
      this.#version = doc.version;
    }
    await this.refresh();
  }

  /** Brings the rules up to date; cheap when neither estate nor settings have changed. */
  async refresh(): Promise<GeneratedOutcome> {
    const { rules, estate, logger } = this.#options;
    const outcome = await rules.setGeneratedRules('jobs', jobRules(estate(), this.view().effective));
    const refused = JSON.stringify(outcome.refused);
    if (outcome.refused.length > 0 && refused !== this.#refused)
      logger.warn({ refused: outcome.refused.slice(0, 10) }, 'generated rules were refused');
    this.#refused = refused;
    return outcome;
  }

  view(): GeneratedView {
    const effective = mergeSettings(this.#options.fileSettings(), this.#api);
    return { version: this.#version, settings: this.#api, effective };
  }

  /** Throws `UserError`: 422 for settings that cannot be read, 412 for another version than `ifMatch` (null: any). */
  async set(input: unknown, ifMatch: string | null, who: string): Promise<GeneratedView> {
    const settings = parseGeneratedSettings(input);
    const { state, clock } = this.#options;
    demandVersion({ version: this.#version }, ifMatch);
    const before = this.#api;
    const expected = this.#version === NONE ? null : this.#version;
    this.#version = await withVersion(() => state.put('setting', SETTING, settings as Json, expected));
    this.#api = settings;
    const { refused } = await this.refresh();
    const at = clock.now();
    const entry = { at, who, object: SETTING, field: '', before: before as Json, after: settings as Json };
    await state.appendAudit(entry, at);
    const [first] = refused;
    if (first !== undefined)
      throw new UserError('bad-request', `saved, but "${first.name}" cannot be generated: ${first.reason}`);
    return this.view();
  }
}
