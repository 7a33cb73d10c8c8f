/** Druid supervisor specs -> fragment. */
import { z } from 'zod';
import type { DruidSupervisorDeclared } from '../../../model/job-event.ts';
import type { Clusters } from '../clusters.ts';
import { type DatasetRef, dataset, druidDatasource } from '../dataset.ts';
import { type Fragment, NODE_ID } from '../fragment.ts';
import { groupOf } from '../identity.ts';
import { DruidColumns, druidFlow } from './druid-columns.ts';
import { plainHops } from './job.ts';
import { topicRef } from './specs.ts';

const Ingestion = z.looseObject({
  dataSchema: z.looseObject({ dataSource: z.string().min(1) }),
  ioConfig: z.looseObject({
    topic: z.string().min(1).optional(),
    stream: z.string().min(1).optional(),
    consumerProperties: z.record(z.string(), z.unknown()).default({}),
  }),
});
/** The spec as posted to the overlord (`{type, spec: {…}}`), as its status page shows it, or the older flat form. */
const Supervisor = z.union([
  z.object({ id: z.string().optional(), clusterName: z.string().optional(), spec: Ingestion }),
  z.object({ id: z.string().optional(), clusterName: z.string().optional(), ...Ingestion.shape }),
]);

/** The supervisor's name in `hop` fields and its fragment: topic -> supervisor -> datasource. Null when the spec lacks either. */
export function druidFragment(
  event: DruidSupervisorDeclared,
  clusters: Clusters,
): { name: string; fragment: Fragment } | null {
  const parsed = Supervisor.safeParse(event.spec);
  if (!parsed.success) return null;
  const { data } = parsed;
  const spec = 'spec' in data ? data.spec : data;
  const { dataSchema, ioConfig } = spec;
  const topic = ioConfig.topic ?? ioConfig.stream;
  if (topic === undefined) return null;
  const name = data.id ?? dataSchema.dataSource;
  const input = topicRef(topic, brokersOf(ioConfig.consumerProperties), clusters);
  const output: DatasetRef =
    data.clusterName === undefined
      ? druidDatasource(dataSchema.dataSource)
      : { kind: 'physical', dataset: dataset(`druid://${data.clusterName}`, dataSchema.dataSource, 'druid') };
  const self = { node: NODE_ID.druid(name) };
  const columns = DruidColumns.safeParse(spec);
  const told = columns.success ? druidFlow(columns.data, { node: self.node, input, output }) : null;
  const fragment: Fragment = {
    key: self.node,
    nodes: [{ id: self.node, kind: 'druid', namespace: 'druid', name }],
    edges: [
      { from: { dataset: input }, to: self, role: 'reads', evidence: 'spec' },
      { from: self, to: { dataset: output }, role: 'writes', evidence: 'spec' },
    ],
    hops: plainHops(name, [input], [output], groupOf(textsOf(ioConfig.consumerProperties))),
    ...(told === null ? {} : { flows: [told.flow], schemas: [told.schema] }),
    rank: 0,
  };
  return { name, fragment };
}

function textsOf(properties: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const texts = Object.entries(properties).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(texts);
}

function brokersOf(properties: Readonly<Record<string, unknown>>): string | null {
  const servers = properties['bootstrap.servers'];
  return typeof servers === 'string' ? servers : null;
}
