/**
 * Scripted faults, one at a time, so that a visitor sees cause and consequence: a slow operator, a crashing job, a stalled NiFi
 * process group, a hot key. Each has a beginning, a middle (every second) and an end that leaves no trace.
 */
import type { JobState } from './hop-state.ts';
import type { Simulation } from './simulate.ts';
import { evenWeights } from './topic-state.ts';

export type FaultKind = 'slow-operator' | 'crash' | 'nifi-stall' | 'skew';

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
];

/** Seconds between the ends and beginnings of faults: time to recover and to look at the calm estate. */
const PAUSE_S = 120;

/** The exception a crashed job dies of; `demo/records/logs.ts` prints its trace. */
export const CRASH_EXCEPTION = 'java.lang.NumberFormatException: For input string: "N/A"';

/** Runs the script round and round; `firstAt` is the second the first fault begins. */
export class FaultScript {
  readonly #sim: Simulation;
  #index = 0;
  #current: Fault | null = null;
  #nextAt: number;

  constructor(sim: Simulation, firstAt: number) {
    this.#sim = sim;
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
    if (this.#current?.kind === 'crash') this.#crashLoop(this.#sim.job(this.#current.target));
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
      default:
        fault.kind satisfies never;
    }
  }

  /** A poisoned record: the job comes back after 20 s, meets the record again 10 s later and falls over. */
  #crashLoop(job: JobState): void {
    const inState = this.#sim.second - job.since;
    if (job.status === 'RESTARTING' && inState >= 20) this.#sim.setStatus(job, 'RUNNING');
    else if (job.status === 'RUNNING' && inState >= 10) this.#sim.setStatus(job, 'RESTARTING', CRASH_EXCEPTION);
  }

  #flow(name: string) {
    const flow = this.#sim.nifi.find(n => n.spec.name === name);
    if (!flow) throw new Error(`no NiFi process group ${name} in the estate`);
    return flow;
  }
}
