/**
 * Scripted faults, one at a time, so that a visitor sees cause and consequence: a slow operator, a crashing job, a stalled NiFi
 * process group, a hot key, a release that drops a column somebody reads. Each has a beginning, a middle (every second) and an end that leaves no trace.
 */
import type { JobState } from './hop-state.ts';
import type { Simulation } from './simulate.ts';
import type { Release } from './sql.ts';
import { evenWeights } from './topic-state.ts';

export type FaultKind = 'slow-operator' | 'crash' | 'nifi-stall' | 'skew' | 'deploy';

export interface Fault {
  readonly kind: FaultKind;
  /** Job, or NiFi process group. */
  readonly target: string;
  readonly from: number;
  readonly until: number;
}

const SCRIPT: readonly { readonly kind: FaultKind; readonly target: string; readonly seconds: number }[] = [
  { kind: 'slow-operator', target: 'dws_order_gmv_1m_agg', seconds: 240 },
  { kind: 'crash', target: 'dwd_ad_click_valid_etl', seconds: 150 },
  { kind: 'nifi-stall', target: 'access_push_log', seconds: 240 },
  { kind: 'skew', target: 'dwd_app_event_clean_etl', seconds: 240 },
  { kind: 'deploy', target: 'dwd_device_status_etl', seconds: 180 },
];

/** The release of `deploy`: meant well, and `dws_device_online_1m_agg` counts devices by the column that is gone. */
const PRIVACY_RELEASE = { dropped: 'imei' } as const satisfies Release;
/** Seconds until the first record without the column reaches its reader. */
const NOTICED_S = 15;

/** Seconds between the ends and beginnings of faults: time to recover and to look at the calm estate. */
const PAUSE_S = 100;

/** What crashed jobs die of; `demo/records/crash-traces.ts` has the traces. */
export const CRASH_EXCEPTION = 'java.lang.NumberFormatException: For input string: "N/A"';
export const MISSING_FIELD_EXCEPTION = `org.apache.flink.formats.json.JsonToRowDataConverters$JsonParseException: Could not find field with name '${PRIVACY_RELEASE.dropped}'.`;

/** Runs the script round and round; `firstAt` is the second the first fault begins, `first` its kind. */
export class FaultScript {
  readonly #sim: Simulation;
  #index = 0;
  #current: Fault | null = null;
  #nextAt: number;

  constructor(sim: Simulation, firstAt: number, first: FaultKind = 'slow-operator') {
    this.#sim = sim;
    this.#index = SCRIPT.findIndex(({ kind }) => kind === first);
    this.#nextAt = firstAt;
  }

  get current(): Fault | null {
    return this.#current;
  }

  /** Call once after every simulated second. */
  step(): void {
    const now = this.#sim.second;
    if (this.#current && now >= this.#current.until) {
      this.#end(this.#current);
      this.#current = null;
      this.#nextAt = now + PAUSE_S;
    }
    if (!this.#current && now >= this.#nextAt) {
      const next = SCRIPT[this.#index++ % SCRIPT.length]!;
      this.#current = { kind: next.kind, target: next.target, from: now, until: now + next.seconds };
      this.#begin(this.#current);
    }
    if (this.#current?.kind === 'crash') this.#crashLoop(this.#sim.job(this.#current.target), CRASH_EXCEPTION);
    if (this.#current?.kind === 'deploy' && now >= this.#current.from + NOTICED_S)
      for (const reader of this.#readersOf(this.#current.target)) this.#crashLoop(reader, MISSING_FIELD_EXCEPTION);
  }

  #begin(fault: Fault): void {
    switch (fault.kind) {
      case 'slow-operator': {
        const job = this.#sim.job(fault.target);
        job.speed = 0.08;
        job.slowAt = 'downstream';
        return;
      }
      case 'crash':
        this.#sim.setStatus(this.#sim.job(fault.target), 'RESTARTING', CRASH_EXCEPTION);
        return;
      case 'nifi-stall':
        this.#flow(fault.target).stalled = true;
        return;
      case 'skew': {
        const topic = this.#sim.job(fault.target).inputs[0]!;
        const others = evenWeights(topic.spec.partitions).map(w => w * 0.1);
        topic.weights = others.map((w, p) => (p === 0 ? w + 0.9 : w));
        return;
      }
      case 'deploy':
        this.#sim.deploy(this.#sim.job(fault.target), PRIVACY_RELEASE, 'wang.wei');
        return;
      default:
        fault.kind satisfies never;
    }
  }

  #end(fault: Fault): void {
    switch (fault.kind) {
      case 'slow-operator': {
        const job = this.#sim.job(fault.target);
        job.speed = 1;
        job.slowAt = 'source';
        return;
      }
      case 'crash':
        this.#sim.setStatus(this.#sim.job(fault.target), 'RUNNING');
        return;
      case 'nifi-stall':
        this.#flow(fault.target).stalled = false;
        return;
      case 'skew': {
        const topic = this.#sim.job(fault.target).inputs[0]!;
        topic.weights = evenWeights(topic.spec.partitions);
        return;
      }
      case 'deploy':
        this.#sim.deploy(this.#sim.job(fault.target), null, 'li.na');
        // Its readers start behind the records they cannot read.
        for (const reader of this.#readersOf(fault.target)) {
          reader.inputs.forEach((topic, i) => {
            reader.position[i] = [...topic.end];
          });
          this.#sim.setStatus(reader, 'RUNNING');
        }
        return;
      default:
        fault.kind satisfies never;
    }
  }

  /** A poisoned record: the job comes back after 20 s, meets the record again 10 s later and falls over. */
  #crashLoop(job: JobState, exception: string): void {
    const inState = this.#sim.second - job.since;
    if (job.status === 'RESTARTING' && inState >= 20) this.#sim.setStatus(job, 'RUNNING');
    else if (job.status === 'RUNNING' && inState >= 10) this.#sim.setStatus(job, 'RESTARTING', exception);
  }

  #readersOf(name: string): readonly JobState[] {
    const { output } = this.#sim.job(name);
    return this.#sim.jobs.filter(({ inputs }) => inputs.includes(output));
  }

  #flow(name: string) {
    const flow = this.#sim.nifi.find(n => n.spec.name === name);
    if (!flow) throw new Error(`no NiFi process group ${name} in the estate`);
    return flow;
  }
}
