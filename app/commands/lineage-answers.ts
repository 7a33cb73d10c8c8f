/** What the commands need of the daemon's lineage answers (`lineage/graph/answers.ts`); other fields are left aside. */
import { z } from 'zod';

const texts = z.array(z.string());
const role = z.enum(['reads', 'writes', 'lookup', 'versioned', 'derives']);
const evidence = z.enum(['sql', 'sql-partial', 'declared', 'openlineage', 'topic-metrics', 'spec', 'by-name']);
const use = z.enum(['value', 'control']);
const controlUses = z.array(z.enum(['filter', 'join', 'group', 'sort', 'pattern', 'time', 'value']));

const Node = z.object({
  id: z.string(),
  kind: z.enum(['dataset', 'job', 'view', 'report', 'nifi', 'druid', 'column']),
  namespace: z.string(),
  name: z.string(),
  label: z.string(),
  owner: z.string().exactOptional(),
  connector: z.string().exactOptional(),
  status: z.string().exactOptional(),
  stopped: z.boolean().exactOptional(),
  dataset: z.string().exactOptional(),
  type: z.string().exactOptional(),
});

const Edge = z.object({
  from: z.string(),
  to: z.string(),
  role,
  evidence: z.array(evidence),
  type: use.exactOptional(),
  roles: controlUses.exactOptional(),
  job: z.string().exactOptional(),
});

export const Graph = z.object({
  nodes: z.array(Node),
  edges: z.array(Edge),
  truncated: z.boolean(),
  assumed: z.array(z.string()).exactOptional(),
});

export const Paths = z.object({
  paths: z.array(z.object({ nodes: z.array(Node), edges: z.array(Edge) })),
  truncated: z.boolean(),
  longer: z.boolean(),
});

const of = z.object({ id: z.string(), kind: z.string(), column: z.string().exactOptional() });
const certainty = z.enum(['certain', 'possible']);

const Hit = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  distance: z.number(),
  columns: texts,
  certainty,
  via: texts,
  stopped: z.boolean().exactOptional(),
});
export type Hit = z.infer<typeof Hit>;

export const Impact = z.object({
  of,
  change: z.string(),
  reports: z.array(Hit),
  jobs: z.array(Hit),
  datasets: z.array(Hit),
  columns: z.array(z.object({ dataset: z.string(), column: z.string(), type: use, certainty })),
  owners: z.array(z.object({ owner: z.string(), reports: texts, jobs: texts })),
  truncated: z.boolean(),
});

export const Columns = z.object({
  of,
  columns: z.array(
    z.object({
      dataset: z.string(),
      column: z.string(),
      open: z.boolean(),
      sources: z.array(
        z.object({ dataset: z.string(), column: z.string(), type: use, roles: controlUses.exactOptional() }),
      ),
      functions: texts,
      steps: texts,
      job: z.string(),
      evidence,
      depth: z.number(),
    }),
  ),
  base: z.array(z.object({ dataset: z.string(), column: z.string() })),
  truncated: z.boolean(),
});
export type Columns = z.infer<typeof Columns>;

export const Cycles = z.object({
  items: z.array(z.object({ kind: z.enum(['jobs', 'views']), path: texts, live: z.boolean() })),
});

export const Orphans = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['unread', 'unwritten', 'unused']),
      jobs: texts,
      stopped: texts,
      roles: texts,
    }),
  ),
});

export const Versions = z.object({
  items: z.array(
    z.object({
      version: z.number(),
      from: z.number(),
      to: z.number().nullable(),
      job_id: z.string().nullable(),
      owner: z.string().nullable(),
      by: z.string().nullable(),
      changed: texts,
    }),
  ),
});

const tables = z.array(z.object({ id: z.string(), role }));
const state = z.object({ sources: texts.nullable(), functions: texts, steps: texts });

export const Diff = z.object({
  job: z.string(),
  from: z.number(),
  to: z.number(),
  tables: z.object({ added: tables, removed: tables }),
  columns: z.object({
    added: texts,
    removed: texts,
    changed: z.array(z.object({ column: z.string(), before: state, after: state })),
  }),
  options: z.array(
    z.object({ table: z.string(), option: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
  ),
  sql: z.array(z.object({ op: z.enum([' ', '+', '-', '@']), line: z.string() })),
  breaks: z.array(z.object({ node: z.string(), column: z.string().exactOptional(), why: z.string() })),
  complete: z.boolean(),
});
