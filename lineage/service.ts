/**
 * The lineage service: takes job events, keeps them in the state store, and answers from the graph they make. One per daemon; `app`
 * wires it to the collector (as `JobEventSink`), to the lag side (`hopGraph`, `reports`) and to alerting (`impactOf`, `pathTo`).
 */
import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { JobEvent, ReportDeclared } from '../model/job-event.ts';
import type { JobNames } from '../model/job-names.ts';
import type { Json } from '../model/json.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { DocKind, StateStore } from '../store/state-store.ts';
import type { GraphAnswer } from './graph/answers.ts';
import type { ClusterConfig } from './graph/clusters.ts';
import { type ChangedDoc, Evidence, type EvidenceBody, type JobDoc, type JobIdDoc } from './graph/evidence.ts';
import { hopGraph } from './graph/hops.ts';
import type { JobInfo } from './graph/job-registry.ts';
import { FLAP_MS } from './graph/job-status.ts';
import { type Direction, findNode, type Impact, impactOf, MAX_NODES, subgraph, walk } from './graph/path.ts';
import type { HopGraph } from './lag/hop-graph.ts';
import { type ParseAnswer, type ParseInput, parseScript } from './sql/lineage.ts';

/** What the service needs of the state store. */
export type LineageState = Pick<StateStore, 'list' | 'putMany'>;

export interface LineageServiceOptions {
  readonly state: LineageState;
  readonly clusters: ClusterConfig;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly logger?: Logger;
}

export interface GraphQuery {
  /** Node id or bare name; absent: the whole graph, up to the limit of nodes. */
  readonly root?: string;
  readonly direction?: Direction;
  /** Edges away from the root; absent: all. */
  readonly depth?: number;
  readonly columns?: boolean;
}

export interface LineageService {
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
  /** `POST /lineage/parse`: with the tables declared to the daemon. */
  parse(input: Omit<ParseInput, 'tables'>): ParseAnswer;
  /** The configured cluster a broker address of a dataset id belongs to, or null. */
  clusterOf(address: string): string | null;
  /** Calls `listener` after every change of graph, jobs or reports; the returned function ends it. */
  onChange(listener: () => void): () => void;
}

/** Documents are loaded in this order: tables first, so that jobs are parsed once. */
const RESTORED = ['table', 'report', 'druid_supervisor', 'nifi_flow', 'lineage'] as const satisfies readonly DocKind[];
/** Jobs placed between two turns of the event loop while restoring. */
const RESTORE_SLICE = 200;

export function createLineageService(options: LineageServiceOptions): LineageService {
  return new Service(options);
}

class Service implements LineageService {
  readonly #state: LineageState;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #evidence: Evidence;
  readonly #listeners = new Set<() => void>();
  /** Changed and not yet written, by kind and id. */
  readonly #dirty = new Map<string, ChangedDoc>();
  #writing: Promise<void> = Promise.resolve();
  #hops: HopGraph | null = null;
  #cancelSettle: () => void = () => {};

  constructor({ state, clusters, telemetry, clock, logger }: LineageServiceOptions) {
    this.#state = state;
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
  }

  get names(): JobNames {
    return this.#evidence.registry;
  }

  async start(signal?: AbortSignal): Promise<void> {
    for (const kind of RESTORED) {
      for (const { body } of await this.#state.list<EvidenceBody>(kind, signal)) {
        if ('type' in body) this.#evidence.take(body);
      }
    }
    let placed = 0;
    for (const { body } of await this.#state.list<JobDoc>('job', signal)) {
      this.#evidence.restoreJob(body);
      if (++placed % RESTORE_SLICE === 0) await new Promise<void>(resolve => setImmediate(resolve));
    }
    for (const { id, body } of await this.#state.list<JobIdDoc>('job_id', signal))
      this.#evidence.registry.nameId(id, body.jobName);
    this.#hops = null;
    this.#changed();
  }

  async stop(): Promise<void> {
    this.#cancelSettle();
    this.#listeners.clear();
    await this.#writing.catch(() => {});
  }

  async accept(events: readonly JobEvent[], _arrivedAt: number, signal?: AbortSignal): Promise<void> {
    let changed = false;
    for (const event of events) {
      for (const doc of this.#evidence.take(event)) {
        this.#dirty.set(`${doc.kind} ${doc.id}`, doc);
        changed = true;
        if (event.type !== 'job_id') this.#hops = null;
      }
      if (event.type === 'job_status') this.#settleLater();
    }
    if (changed) this.#changed();
    // Writes run one after the other: of two versions of a document the newer must win.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write(signal));
    await this.#writing;
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

  graph({ root, direction = 'both', depth = Number.POSITIVE_INFINITY, columns = false }: GraphQuery): GraphAnswer {
    const { graph } = this.#evidence.lineage;
    const found = root === undefined ? this.#everything() : walk(graph, this.#node(root), { direction, depth });
    return subgraph(graph, found.ids, { columns, truncated: found.truncated, statusOf: this.#statusOf });
  }

  pathTo(target: string): GraphAnswer {
    const { graph } = this.#evidence.lineage;
    const { ids, truncated } = walk(graph, this.#node(target), {
      direction: 'up',
      depth: Number.POSITIVE_INFINITY,
      stopAtLookups: true,
    });
    return subgraph(graph, ids, { columns: false, truncated, statusOf: this.#statusOf });
  }

  impactOf(source: string): Impact {
    const { graph } = this.#evidence.lineage;
    const node = findNode(graph, source);
    return node === null ? { reports: [], jobs: [] } : impactOf(graph, node);
  }

  hopGraph(): HopGraph {
    this.#hops ??= hopGraph(this.#evidence.lineage, job => isRetired(this.#statusOf(job)));
    return this.#hops;
  }

  parse(input: Omit<ParseInput, 'tables'>): ParseAnswer {
    return parseScript({ ...input, tables: dotted => this.#evidence.catalog.known(dotted) });
  }

  clusterOf(address: string): string | null {
    return this.#evidence.clusters.nameOf(address);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  readonly #statusOf = (job: string): string | null => this.#evidence.registry.statusOf(job, this.#clock.now());

  #node(text: string): string {
    const node = findNode(this.#evidence.lineage.graph, text);
    if (node === null)
      throw new UserError('not-found', `nothing in the lineage graph is called ${text}`, { status: 404 });
    return node;
  }

  #everything(): ReturnType<typeof walk> {
    const { graph } = this.#evidence.lineage;
    const ids = new Set(graph.nodes().slice(0, MAX_NODES));
    return { ids, truncated: graph.order > ids.size };
  }

  #changed(): void {
    for (const [kind, count] of this.#evidence.lineage.counts) this.#telemetry.lineageNodes.set({ kind }, count);
    for (const listener of this.#listeners) listener();
  }

  /** A debounced status changes without an event once the flapping is over. */
  #settleLater(): void {
    this.#cancelSettle();
    this.#cancelSettle = this.#clock.after(FLAP_MS, () => this.#changed());
  }

  async #write(signal?: AbortSignal): Promise<void> {
    const byKind = Map.groupBy(this.#dirty.values(), doc => doc.kind);
    for (const [kind, docs] of byKind) {
      await this.#state.putMany(kind, docs.map(toStored), signal);
      for (const doc of docs) {
        const key = `${doc.kind} ${doc.id}`;
        if (this.#dirty.get(key) === doc) this.#dirty.delete(key);
      }
    }
  }
}

/** Stopped on purpose; a FAILED job is still expected to write. */
function isRetired(status: string | null): boolean {
  return status === 'CANCELED' || status === 'FINISHED';
}

/** Bodies are plain data; their optional fields are absent, never undefined, once written. */
function toStored({ id, body }: ChangedDoc): { readonly id: string; readonly body: Json } {
  return { id, body: JSON.parse(JSON.stringify(body)) as Json };
}
