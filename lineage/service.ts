/**
 * The lineage service: takes job events, keeps them in the state store, and answers from the graph they make. One per daemon; `app`
 * wires it to the collector (as `JobEventSink`), to the lag side (`hopGraph`, `reports`) and to alerting (`impactOf`, `pathTo`).
 */
import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import type { JobEvent, ReportDeclared } from '../model/job-event.ts';
import type { JobNames } from '../model/job-names.ts';
import { nextTurn } from '../model/next-turn.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { DocKind, StateStore } from '../store/state-store.ts';
import type { CheckAnswer } from './check/check.ts';
import { type CheckInput, ScriptChecker } from './check/checker.ts';
import type { GraphAnswer, LineageAnswers } from './graph/answers.ts';
import type { ClusterConfig } from './graph/clusters.ts';
import type { DeclaredVersionsDoc } from './graph/declared-versions.ts';
import type { DeclaredBody, JobDoc, JobIdDoc } from './graph/documents.ts';
import { Evidence } from './graph/evidence.ts';
import { hopGraph } from './graph/hops.ts';
import type { JobInfo } from './graph/job-registry.ts';
import { FLAP_MS } from './graph/job-status.ts';
import { pastHopGraph } from './graph/past-hops.ts';
import type { Impact } from './graph/path.ts';
import { type GraphQuery, LineageQuestions } from './graph/questions.ts';
import type { VersionsDoc } from './graph/versions.ts';
import type { HopGraph, PastHopGraph } from './lag/hop-graph.ts';
import { PendingDocuments } from './pending-documents.ts';
import { type ParseAnswer, type ParseInput, parseScript } from './sql/lineage.ts';

/** What the service needs of the state store. */
export type LineageState = Pick<StateStore, 'list' | 'putMany' | 'delete'>;

export interface LineageServiceOptions {
  readonly state: LineageState;
  readonly clusters: ClusterConfig;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long jobs that ended are still shown, ms. */
  readonly keepEndedMs?: number;
}

export interface LineageService extends LineageAnswers {
  /** Loads what was stored; to be called before anything is accepted. Rejects with `StoreAwayError`. */
  start(signal?: AbortSignal): Promise<void>;
  /** Waits for writes under way. Idempotent. */
  stop(): Promise<void>;
  /** Idempotent; persisted when it resolves. The graph has the events even when it rejects, and the next call writes them. */
  accept(events: readonly JobEvent[], arrivedAt: number, signal?: AbortSignal): Promise<void>;
  readonly names: JobNames;
  jobs(): readonly JobInfo[];
  job(name: string): JobInfo | null;
  reports(): readonly ReportDeclared[];
  /** Throws `UserError` not-found for a root nobody knows. */
  graph(query: GraphQuery): GraphAnswer;
  /** All that leads to a dataset or report; dimension tables are its leaves. Throws `UserError` not-found. */
  pathTo(target: string): GraphAnswer;
  /** What depends on a job or dataset; nothing for one nobody knows. */
  impactOf(source: string): Impact;
  /** Hops for the lag side; the same object until the graph or a job's status changes. */
  hopGraph(): HopGraph;
  /** The hops as of `at`, epoch ms, upstream of these datasets or hops; see `pastHopGraph`. */
  hopGraphAt(at: number, targets: readonly string[]): PastHopGraph;
  /** `POST /lineage/parse`: with the tables declared to the daemon. */
  parse(input: Omit<ParseInput, 'tables'>): ParseAnswer;
  /** `POST /lineage/check`: against everything the daemon knows. */
  check(input: CheckInput): Promise<CheckAnswer>;
  /** The configured cluster a broker address of a dataset id belongs to, or null. */
  clusterOf(address: string): string | null;
  /** Calls `listener` after every change of graph, jobs or reports; the returned function ends it. */
  onChange(listener: () => void): () => void;
}

/** Documents are loaded in this order: tables first, so that jobs are parsed once. */
const DECLARED = ['table', 'report', 'druid_supervisor', 'nifi_flow'] as const satisfies readonly DocKind[];
const KEEP_ENDED_MS = 30 * 86_400_000;
/** How often ended jobs are looked for, ms. */
const SWEEP_MS = 3_600_000;
/** Jobs placed between two turns of the event loop while restoring. */
const RESTORE_SLICE = 50;
/** How long after changes the DDL of jobs is read for checks to come, ms. */
const READY_MS = 2000;

export function createLineageService(options: LineageServiceOptions): LineageService {
  return new Service(options);
}

class Service implements LineageService {
  readonly #state: LineageState;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #evidence: Evidence;
  readonly #questions: LineageQuestions;
  readonly #checker: ScriptChecker;
  readonly #keepEndedMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #pending: PendingDocuments;
  #hops: HopGraph | null = null;
  #cancelSettle = (): void => {};
  #cancelReady = (): void => {};
  #readyIsDue = false;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor({ state, clusters, telemetry, clock, logger, keepEndedMs = KEEP_ENDED_MS }: LineageServiceOptions) {
    this.#state = state;
    this.#pending = new PendingDocuments(state);
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#evidence = new Evidence(clusters, {
      parseErrors(job, count) {
        telemetry.lineageErrors.inc(count);
        logger?.warn({ job, count }, 'SQL statements could not be read');
      },
      dropped(kind) {
        telemetry.lineageDropped.inc({ kind });
      },
    });
    this.#keepEndedMs = keepEndedMs;
    const { lineage, registry } = this.#evidence;
    const stateOf = (job: string) => registry.stateOf(job, clock.now());
    const view = { lineage, stateOf };
    this.#questions = new LineageQuestions(this.#evidence, view);
    this.#checker = new ScriptChecker(this.#evidence, view);
  }

  get names(): JobNames {
    return this.#evidence.registry;
  }

  async start(signal?: AbortSignal): Promise<void> {
    for (const { body } of await this.#state.list<VersionsDoc>('job_version', signal))
      this.#evidence.restoreVersions(body);
    const declared = await this.#state.list<DeclaredVersionsDoc>('declared_version', signal);
    for (const { body } of declared) this.#evidence.declared.restore(body);
    for (const kind of DECLARED)
      for (const { body } of await this.#state.list<DeclaredBody>(kind, signal)) this.#evidence.restoreDeclared(body);
    let placed = 0;
    for (const { body } of await this.#state.list<JobDoc>('job', signal)) {
      this.#evidence.restoreJob(body);
      if (++placed % RESTORE_SLICE === 0) await nextTurn();
    }
    // Whether an event is a job's history is known once the job is.
    for (const { body } of await this.#state.list<DeclaredBody>('lineage', signal)) this.#evidence.take(body);
    for (const { id, body } of await this.#state.list<JobIdDoc>('job_id', signal))
      this.#evidence.registry.nameId(id, body.jobName);
    this.#hops = null;
    this.#changed();
    this.#readyToCheck();
  }

  async stop(): Promise<void> {
    this.#cancelSettle();
    this.#cancelReady();
    this.#listeners.clear();
    await this.#pending.settled();
  }

  async accept(events: readonly JobEvent[], _arrivedAt: number, signal?: AbortSignal): Promise<void> {
    let changed = false;
    for (const event of events) {
      for (const doc of this.#evidence.take(event)) {
        this.#pending.put(doc);
        changed = true;
        if (event.type !== 'job_id') this.#hops = null;
      }
      if (event.type === 'job_status') this.#settleLater();
    }
    this.#sweep();
    if (changed) this.#changed();
    await this.#pending.write(signal);
  }

  jobs(): readonly JobInfo[] {
    return this.#evidence.registry.list(this.#clock.now());
  }

  job(name: string): JobInfo | null {
    return this.#evidence.registry.get(name, this.#clock.now());
  }

  reports(): readonly ReportDeclared[] {
    return this.#evidence.reports;
  }

  graph(query: GraphQuery): GraphAnswer {
    return this.#questions.graph(query);
  }

  pathTo(target: string): GraphAnswer {
    return this.#questions.pathTo(target);
  }

  impactOf(source: string): Impact {
    return this.#questions.impactOf(source);
  }

  path(...ends: Parameters<LineageAnswers['path']>) {
    return this.#questions.path(...ends);
  }

  impact(question: Parameters<LineageAnswers['impact']>[0]) {
    return this.#questions.impact(question);
  }

  columns(question: Parameters<LineageAnswers['columns']>[0]) {
    return this.#questions.columns(question);
  }

  cycles() {
    return this.#questions.cycles();
  }

  orphans() {
    return this.#questions.orphans();
  }

  versions(job: string) {
    return this.#questions.versions(job);
  }

  diff(...versions: Parameters<LineageAnswers['diff']>) {
    return this.#questions.diff(...versions);
  }

  hopGraph(): HopGraph {
    this.#hops ??= hopGraph(this.#evidence.lineage, job =>
      isRetired(this.#evidence.registry.statusOf(job, this.#clock.now())),
    );
    return this.#hops;
  }

  hopGraphAt(at: number, targets: readonly string[]): PastHopGraph {
    const hasEnded = (job: string): boolean => isRetired(this.#evidence.registry.stateAt(job, at)?.status ?? null);
    return pastHopGraph(this.#evidence, { at, targets, hasEnded });
  }

  parse(input: Omit<ParseInput, 'tables'>): ParseAnswer {
    return parseScript({ ...input, tables: dotted => this.#evidence.catalog.known(dotted) });
  }

  check(input: CheckInput): Promise<CheckAnswer> {
    return this.#checker.check(input);
  }

  clusterOf(address: string): string | null {
    return this.#evidence.clusters.nameOf(address);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#evidence.touch();
    for (const [kind, count] of this.#evidence.lineage.counts) this.#telemetry.lineageNodes.set({ kind }, count);
    for (const listener of this.#listeners) listener();
    this.#readyToCheckSoon();
  }

  /** A debounced status changes without an event once the flapping is over. */
  #settleLater(): void {
    this.#cancelSettle();
    this.#cancelSettle = this.#clock.after(FLAP_MS, () => this.#changed());
  }

  /** The first check after a start or after many new jobs would wait for all their DDL to be read. */
  #readyToCheck(): void {
    this.#cancelReady();
    this.#readyIsDue = false;
    // A check that needs it meets the same failure, and tells who asked.
    this.#checker.prepare().catch(() => {});
  }

  #readyToCheckSoon(): void {
    if (this.#readyIsDue) return;
    this.#readyIsDue = true;
    this.#cancelReady = this.#clock.after(READY_MS, () => this.#readyToCheck());
  }

  /** Forgets jobs that ended long ago; their documents go with the next write. Only who takes events does: others know less of jobs. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    const gone = this.#evidence.forgetEnded(now - this.#keepEndedMs, now);
    if (gone.length === 0) return;
    this.#telemetry.lineageForgotten.inc(gone.filter(({ kind }) => kind === 'job').length);
    for (const doc of gone) this.#pending.delete(doc);
    this.#hops = null;
    this.#changed();
  }
}

/** Stopped on purpose; a FAILED job is still expected to write. */
function isRetired(status: string | null): boolean {
  return status === 'CANCELED' || status === 'FINISHED';
}
