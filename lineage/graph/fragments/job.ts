/** A job's submission -> fragment: its SQL statement by statement, or the datasets a jar job declares. */
import type { JobSubmitted, TableDeclared } from '../../../model/job-event.ts';
import type { SqlError } from '../../sql/parser.ts';
import type { KnownTable } from '../../sql/resolve/catalog.ts';
import { analyzeScript } from '../../sql/script.ts';
import type { NamedTable, ReadTable, StatementLineage } from '../../sql/statement-lineage.ts';
import type { Clusters } from '../clusters.ts';
import { byName, type DatasetRef, datasetRef } from '../dataset.ts';
import {
  type EdgeRole,
  type Evidence,
  type Fragment,
  type FragmentEdge,
  type FragmentFlow,
  type FragmentHop,
  type FragmentSchema,
  NODE_ID,
} from '../fragment.ts';
import { connectorOf, deliveryOf, groupOf, identify, isLookup } from '../identity.ts';
import { lookupRefreshMs } from '../lookup-refresh.ts';
import { computedFlows, statementFlows, statementSchemas } from './job-flows.ts';

export interface JobFragment {
  readonly fragment: Fragment;
  readonly errors: readonly SqlError[];
  /** Names of its tables: a `table` record for one of them may change this fragment. */
  readonly tables: readonly string[];
  /** Options of its tables by the name in the SQL; only of those that have any. */
  readonly options: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** What a job's fragment needs of the rest of the graph. */
export interface JobSurroundings {
  readonly clusters: Clusters;
  known(dotted: string): KnownTable | undefined;
  /** How a declared table is cached when it is looked up. */
  dimensionOf?(dotted: string): TableDeclared['dimension'];
}

/** Pure but for the brokers `clusters` learns. */
export function jobFragment(job: JobSubmitted, surroundings: JobSurroundings): JobFragment {
  const { clusters, known } = surroundings;
  const { statements, cycles, errors } = analyzeScript({ sql: job.sql ?? '', session: job.session, known });
  const builder = new JobBuilder(job, surroundings);
  for (const statement of ownStatements(statements, job.jobName)) builder.statement(statement);
  const declares = (job.reads?.length ?? 0) > 0 || (job.writes?.length ?? 0) > 0;
  // SQL pairs inputs with outputs and knows lookups and windows; a list of datasets beside it adds nothing.
  if (declares && builder.hops.length === 0) {
    const refs = (ids: readonly string[] = []): DatasetRef[] => ids.map(id => datasetRef(id, clusters));
    builder.declared(refs(job.reads), refs(job.writes));
  }
  const node = { id: NODE_ID.job(job.jobName), kind: 'job', namespace: 'flink', name: job.jobName } as const;
  const fragment: Fragment = {
    key: node.id,
    nodes: [job.owner === undefined ? node : { ...node, owner: job.owner }, ...builder.views.values()],
    edges: builder.edges,
    hops: builder.hops,
    flows: builder.flows,
    schemas: [...builder.schemas.values()],
    viewCycles: cycles.map(({ path }) => path),
    rank: 0,
  };
  return { fragment, errors, tables: [...builder.tables], options: builder.options };
}

/** A script that names its jobs (`SET 'pipeline.name'`) holds several; only the statements of this one count, if any is. */
function ownStatements(statements: readonly StatementLineage[], jobName: string): readonly StatementLineage[] {
  const running = statements.filter(statement => statement.kind !== 'explain');
  const own = running.filter(statement => statement.pipelineName === jobName);
  if (own.length > 0) return own;
  // A bare SELECT beside INSERTs is somebody looking at data, not part of the job.
  const writing = running.filter(statement => statement.kind !== 'query');
  return writing.length > 0 ? writing : running;
}

class JobBuilder {
  readonly edges: FragmentEdge[] = [];
  readonly hops: FragmentHop[] = [];
  readonly flows: FragmentFlow[] = [];
  /** By dataset: statements name the same tables again and again. */
  readonly schemas = new Map<string, FragmentSchema>();
  readonly views = new Map<string, Fragment['nodes'][number]>();
  readonly tables = new Set<string>();
  readonly options = new Map<string, ReadonlyMap<string, string>>();
  /** Datasets whose computed columns are told. */
  readonly #computed = new Set<string>();
  readonly #job: string;
  /** Group of the submission's own properties: of jar jobs, which have no options. */
  readonly #groups: readonly string[];
  readonly #properties: ReadonlyMap<string, string>;
  readonly #clusters: Clusters;
  readonly #dimensionOf: JobSurroundings['dimensionOf'];

  constructor({ jobName, properties = {} }: JobSubmitted, { clusters, dimensionOf }: JobSurroundings) {
    this.#job = jobName;
    this.#properties = new Map(Object.entries(properties));
    this.#groups = groupOf(this.#properties);
    this.#clusters = clusters;
    this.#dimensionOf = dimensionOf;
  }

  statement(statement: StatementLineage): void {
    const evidence: Evidence = statement.partial ? 'sql-partial' : 'sql';
    const refs = new Map<string, readonly DatasetRef[]>();
    const inputs: DatasetRef[] = [];
    const lookups: DatasetRef[] = [];
    const refreshed: (number | null)[] = [];
    const optional: DatasetRef[] = [];
    for (const read of statement.reads) {
      const found = this.#refs(read);
      refs.set(read.id, found);
      const role = roleOf(read);
      const list = role === 'lookup' ? lookups : hasConsumerLag(read) ? inputs : optional;
      for (const ref of found) {
        list.push(ref);
        if (role === 'lookup') refreshed.push(lookupRefreshMs(read.options, this.#dimensionOf?.(read.byName)));
        this.#edge({ dataset: ref }, this.#self, role, evidence);
      }
    }
    for (const view of statement.views) this.#view(view, refs);
    const refsOf = (table: NamedTable): readonly DatasetRef[] => refs.get(table.id) ?? this.#refs(table);
    this.flows.push(...statementFlows(statement, this.#self.node, evidence, refsOf));
    for (const flow of computedFlows(statement, this.#self.node, evidence, refsOf)) {
      const key = refId(flow.tables[0]!);
      if (this.#computed.has(key)) continue;
      this.#computed.add(key);
      this.flows.push(flow);
    }
    for (const schema of statementSchemas(statement, refsOf)) this.schemas.set(refId(schema.dataset), schema);
    const base = {
      hop: this.#job,
      inputs,
      lookups,
      ...(lookups.length > 0 && { lookupRefreshMs: refreshed }),
      optionalInputs: optional,
      windowMs: statement.windowMs,
      allowedOooMs: statement.allowedOooMs,
      groups: [...this.#groups, ...statement.reads.flatMap(read => groupOf(read.options))],
    };
    if (statement.sinks.length === 0) {
      this.hops.push({ ...base, output: null, delivery: 'at_least_once', visibleOnCheckpoint: false });
    }
    for (const sink of statement.sinks) {
      for (const ref of this.#refs(sink)) {
        this.edges.push({
          from: this.#self,
          to: { dataset: ref },
          role: 'writes',
          evidence: evidenceOf(ref, evidence),
        });
        this.hops.push({ ...base, output: ref, ...deliveryOf(sink.options) });
      }
    }
  }

  declared(reads: readonly DatasetRef[], writes: readonly DatasetRef[]): void {
    for (const ref of reads) this.#edge({ dataset: ref }, this.#self, 'reads', 'declared');
    for (const ref of writes) this.#edge(this.#self, { dataset: ref }, 'writes', 'declared');
    for (const hop of plainHops(this.#job, reads, writes, this.#groups))
      this.hops.push({ ...hop, ...this.#declaredDelivery(hop.output) });
  }

  /** What the submission's properties and the output's connector promise: nothing is shown as fresher than a commit lets it be. */
  #declaredDelivery(output: DatasetRef | null): ReturnType<typeof deliveryOf> {
    const connector = output?.kind === 'physical' ? output.dataset.connector : null;
    return deliveryOf(connector === null ? this.#properties : new Map([...this.#properties, ['connector', connector]]));
  }

  get #self(): { readonly node: string } {
    return { node: NODE_ID.job(this.#job) };
  }

  #view(view: StatementLineage['views'][number], refs: ReadonlyMap<string, readonly DatasetRef[]>): void {
    const id = NODE_ID.view(this.#job, view.id);
    this.views.set(id, { id, kind: 'view', namespace: this.#job, name: view.id });
    for (const base of view.bases)
      for (const ref of refs.get(base) ?? []) this.#edge({ dataset: ref }, { node: id }, 'derives', 'sql');
    this.#edge({ node: id }, this.#self, 'derives', 'sql');
  }

  #edge(from: FragmentEdge['from'], to: FragmentEdge['to'], role: EdgeRole, evidence: Evidence): void {
    const ref = 'dataset' in from ? from.dataset : 'dataset' in to ? to.dataset : null;
    this.edges.push({ from, to, role, evidence: ref === null ? evidence : evidenceOf(ref, evidence) });
  }

  #refs(table: NamedTable): readonly DatasetRef[] {
    const found = identify({ options: table.options, name: table.byName, job: this.#job }, this.#clusters);
    this.tables.add(table.byName);
    if (table.options.size > 0) this.options.set(table.byName, table.options);
    return found.length > 0 ? found.map(dataset => ({ kind: 'physical', dataset })) : [byName(table.byName)];
  }
}

/** A job of which only the datasets are known: every output depends on every input. */
export function plainHops(
  hop: string,
  reads: readonly DatasetRef[],
  writes: readonly DatasetRef[],
  groups: readonly string[] = [],
): readonly FragmentHop[] {
  const outputs: readonly (DatasetRef | null)[] = writes.length > 0 ? writes : [null];
  return outputs.map(output => ({
    hop,
    inputs: reads,
    lookups: [],
    optionalInputs: [],
    output,
    windowMs: null,
    allowedOooMs: 0,
    delivery: 'at_least_once',
    visibleOnCheckpoint: false,
    groups,
  }));
}

function refId(ref: DatasetRef): string {
  return ref.kind === 'physical' ? ref.dataset.id : ref.text;
}

function evidenceOf(ref: DatasetRef, evidence: Evidence): Evidence {
  return ref.kind === 'by-name' && evidence === 'sql' ? 'by-name' : evidence;
}

/** The clause alone cannot tell a dimension from a versioned stream; the connector does. */
function roleOf(read: ReadTable): EdgeRole {
  if (read.how !== 'temporal') return 'reads';
  return read.lookupHint || isLookup(connectorOf(read.options)) ? 'lookup' : 'versioned';
}

/** Kafka tables have a consumer lag, and so may tables nobody declared; scans of databases and generators have none. */
function hasConsumerLag(read: ReadTable): boolean {
  const connector = connectorOf(read.options);
  return connector === null || connector.includes('kafka');
}
