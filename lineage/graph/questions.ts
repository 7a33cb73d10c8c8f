/** Answers questions about the graph: finds what is named, asks the pure functions, says what is not known. */
import { UserError } from '../../model/errors.ts';
import type {
  Change,
  ColumnsAnswer,
  CyclesAnswer,
  DiffAnswer,
  GraphAnswer,
  ImpactAnswer,
  LineageAnswers,
  OrphansAnswer,
  PathAnswer,
  VersionInfo,
} from './answers.ts';
import { columnGraph } from './column-graph.ts';
import { columnOrigins, knownColumns } from './column-origins.ts';
import { cycles } from './cycles.ts';
import { datasetRef } from './dataset.ts';
import type { VersionedDeclaration } from './declared-versions.ts';
import { type DiffSide, diffVersions } from './diff.ts';
import type { Evidence } from './evidence.ts';
import { didYouMean, findNode, notFound } from './find.ts';
import { NODE_ID } from './fragment.ts';
import { impact } from './impact.ts';
import { orphans } from './orphans.ts';
import { Past } from './past.ts';
import { type Direction, type Impact, impactOf, MAX_NODES, subgraph, type Walked, walk } from './path.ts';
import { shortestPaths } from './shortest-paths.ts';
import { Sliced } from './sliced.ts';
import { tablesOf, tablesOfFragment } from './version-tables.ts';
import { type JobVersion, sqlOf, submissionOf } from './versions.ts';
import type { GraphView } from './view.ts';

export interface GraphQuery {
  /** Node id or bare name; absent: the whole graph, up to the limit of nodes. */
  readonly root?: string;
  readonly direction?: Direction;
  /** Edges away from the root; absent: all. */
  readonly depth?: number;
  /** Column nodes and the edges between them as well. */
  readonly columns?: boolean;
  /** As of this time, epoch ms: with the versions of jobs that were in force then. Absent: now. */
  readonly at?: number;
}

function* declaredDatasets(catalog: Evidence['catalog']) {
  for (const table of catalog.tables) yield* catalog.datasetsOf(table);
}

export class LineageQuestions implements LineageAnswers {
  readonly #evidence: Evidence;
  readonly #view: GraphView;
  readonly #cycles: Sliced<CyclesAnswer>;
  readonly #orphans: Sliced<OrphansAnswer>;

  /** `view` is the evidence's graph with the states of jobs as of now. */
  constructor(evidence: Evidence, view: GraphView) {
    this.#evidence = evidence;
    this.#view = view;
    const revision = () => evidence.revision;
    this.#cycles = new Sliced(() => cycles(view), revision);
    this.#orphans = new Sliced(() => orphans(view, declaredDatasets(evidence.catalog)), revision);
  }

  graph({ root, direction = 'both', depth = Number.POSITIVE_INFINITY, columns = false, at }: GraphQuery): GraphAnswer {
    const options = { direction, depth };
    if (at !== undefined) return this.#past(root, at, { ...options, columns });
    const { graph } = this.#evidence.lineage;
    const walked = root === undefined ? this.#everything() : walk(graph, this.#node(root), options);
    const answer = subgraph(this.#view, walked.ids, walked.truncated);
    if (!columns) return answer;
    const found = columnGraph(this.#view, walked.ids);
    return {
      nodes: [...answer.nodes, ...found.nodes],
      edges: [...answer.edges, ...found.edges],
      truncated: answer.truncated || found.truncated,
    };
  }

  /** All that leads to a dataset or report; dimension tables are its leaves. */
  pathTo(target: string): GraphAnswer {
    const options = { direction: 'up', depth: Number.POSITIVE_INFINITY, stopAtLookups: true } as const;
    const { ids, truncated } = walk(this.#evidence.lineage.graph, this.#node(target), options);
    return subgraph(this.#view, ids, truncated);
  }

  /** What depends on a job or dataset; nothing for one nobody knows. */
  impactOf(source: string): Impact {
    const { graph } = this.#evidence.lineage;
    const node = findNode(graph, source);
    return node === null ? { reports: [], jobs: [] } : impactOf(graph, node);
  }

  path(from: string, to: string): PathAnswer {
    return shortestPaths(this.#view, this.#node(from), this.#node(to));
  }

  impact({ of, column, change }: { of: string; column?: string; change?: Change }): ImpactAnswer {
    const node = this.#node(of);
    const isDataset = this.#kindOf(node) === 'dataset';
    if (column !== undefined) this.#checkColumn(node, column);
    return impact(this.#view, { of: node, column, change: change ?? (isDataset ? 'drop' : 'stop') });
  }

  columns({
    of,
    column,
    depth = Number.POSITIVE_INFINITY,
  }: {
    of: string;
    column?: string;
    depth?: number;
  }): ColumnsAnswer {
    const node = this.#node(of);
    if (column !== undefined && this.#kindOf(node) === 'dataset') this.#checkColumn(node, column);
    return columnOrigins(this.#view, { of: node, column, depth });
  }

  cycles(): Promise<CyclesAnswer> {
    return this.#cycles.get();
  }

  orphans(): Promise<OrphansAnswer> {
    return this.#orphans.get();
  }

  versions(job: string): readonly VersionInfo[] {
    const versions = this.#versions(job);
    return versions.map((version, i) => this.#info(job, version, versions[i + 1]?.from ?? null)).reverse();
  }

  diff(job: string, from?: number, to?: number): DiffAnswer {
    const versions = this.#versions(job);
    const last = versions.at(-1)!;
    const after = to === undefined ? last : this.#version(job, versions, to);
    const before = from === undefined ? versions[versions.indexOf(after) - 1] : this.#version(job, versions, from);
    if (before === undefined) {
      throw new UserError('not-found', `there is no version of ${job} before version ${after.version}`, {
        status: 404,
      });
    }
    const node = NODE_ID.job(job);
    const resolve = (ref: Parameters<Evidence['catalog']['resolve']>[0]): string =>
      this.#evidence.catalog.resolve(ref).id;
    return diffVersions(job, this.#side(job, before), this.#side(job, after), { view: this.#view, node, resolve });
  }

  #past(root: string | undefined, at: number, options: { direction: Direction; depth: number; columns: boolean }) {
    const { lineage, catalog, versions, declared, clusters, registry } = this.#evidence;
    const parts = {
      lineage,
      catalog,
      versions,
      declared: declared.all,
      fragmentNow: (key: string) => lineage.fragment(key),
      fragmentOf: (event: VersionedDeclaration) => this.#evidence.describeDeclared(event),
      refOf: (id: string) => datasetRef(id, clusters),
      flowsOf: (job: string, version: JobVersion) => this.#flowsOf(job, version),
      stateAt: (job: string, time: number) => registry.stateAt(job, time),
    };
    const past = new Past(parts, at);
    if (root === undefined) return past.graph(null, options);
    const node = past.has(root) ? root : this.#node(root);
    return past.graph(node, options);
  }

  #flowsOf(job: string, version: JobVersion) {
    const submission = submissionOf(job, version);
    return submission === null ? [] : (this.#evidence.describe(submission).fragment.flows ?? []);
  }

  #side(job: string, version: JobVersion): DiffSide {
    const submission = submissionOf(job, version);
    const described = submission === null ? null : this.#evidence.describe(submission);
    const { reads, writes } =
      version.tables ??
      (described === null
        ? tablesOf(this.#evidence.lineage, job)
        : tablesOfFragment(this.#evidence.lineage, described.fragment));
    return {
      version: version.version,
      tables: [...reads, ...writes.map(id => ({ id, role: 'writes' as const }))],
      flows: described?.fragment.flows ?? [],
      options: described?.options ?? new Map(),
      sql: submission === null ? null : (submission.sql ?? ''),
    };
  }

  #info(job: string, version: JobVersion, to: number | null): VersionInfo {
    const { reads, writes } = version.tables ?? tablesOf(this.#evidence.lineage, job);
    const sql = sqlOf(version);
    return {
      version: version.version,
      from: version.from,
      to,
      job_id: version.jobId,
      owner: version.owner,
      by: version.by,
      hash: version.hash,
      ...(sql === null ? {} : { sql }),
      sql_kept: sql !== null || !version.hasSql,
      reads: [...new Set(reads.map(({ id }) => id))],
      writes,
      changed: version.changed,
    };
  }

  #versions(job: string): readonly JobVersion[] {
    const versions = this.#evidence.versions.of(job);
    if (versions.length > 0) return versions;
    const { registry } = this.#evidence;
    if (registry.stored(job) !== null || this.#evidence.lineage.graph.hasNode(NODE_ID.job(job))) {
      throw new UserError('not-found', `nobody told what ${job} reads and writes: it has no versions`, { status: 404 });
    }
    const near = didYouMean(job, registry.names());
    throw new UserError('not-found', `there is no job ${job}${near}`, { status: 404 });
  }

  #version(job: string, versions: readonly JobVersion[], wanted: number): JobVersion {
    const found = versions.find(({ version }) => version === wanted);
    if (found !== undefined) return found;
    const kept = versions.map(({ version }) => version).join(', ');
    throw new UserError('not-found', `${job} has no version ${wanted}; kept are ${kept}`, { status: 404 });
  }

  #node(text: string): string {
    const { graph } = this.#evidence.lineage;
    const node = findNode(graph, text);
    if (node === null) throw notFound(graph, text);
    return node;
  }

  #kindOf(node: string) {
    return this.#evidence.lineage.graph.getNodeAttribute(node, 'kind');
  }

  /** Only where a declaration lists the columns is another one known not to be. */
  #checkColumn(node: string, column: string): void {
    if (this.#kindOf(node) !== 'dataset') {
      throw new UserError('bad-request', `${node} has no columns of its own: ask for a dataset's`);
    }
    const known = knownColumns(this.#view, node);
    if (known.includes(column) || this.#evidence.lineage.schemaOf(node).size === 0) return;
    throw new UserError('not-found', `${node} has no column ${column}${didYouMean(column, known)}`, { status: 404 });
  }

  #everything(): Walked {
    const { graph } = this.#evidence.lineage;
    const ids = new Set(graph.nodes().slice(0, MAX_NODES));
    return { ids, truncated: graph.order > ids.size };
  }
}
