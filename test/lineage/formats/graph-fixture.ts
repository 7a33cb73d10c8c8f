import type { GraphAnswer, GraphNode } from '../../../lineage/graph/answers.ts';

/** src -> etl -> dst -> report, a dimension beside it, and names that are syntax elsewhere. */
export const GRAPH: GraphAnswer = {
  nodes: [
    node('kafka://h:9092/src', 'dataset', 'kafka://h:9092', 'src'),
    node('kafka://h:9092/dst', 'dataset', 'kafka://h:9092', 'dst'),
    node('mysql://db:3306/dim.device', 'dataset', 'mysql://db:3306', 'dim.device'),
    { ...node('job:etl', 'job', 'flink', 'etl'), owner: 'ann', status: 'RUNNING', stopped: false },
    { ...node('job:old', 'job', 'flink', 'old'), status: 'CANCELED', stopped: true },
    { ...node('report:gmv', 'report', 'report', 'gmv'), owner: 'finance' },
  ],
  edges: [
    { from: 'kafka://h:9092/src', to: 'job:etl', role: 'reads', evidence: ['sql'] },
    { from: 'mysql://db:3306/dim.device', to: 'job:etl', role: 'lookup', evidence: ['sql'] },
    { from: 'job:etl', to: 'kafka://h:9092/dst', role: 'writes', evidence: ['by-name'] },
    { from: 'job:old', to: 'kafka://h:9092/dst', role: 'writes', evidence: ['sql'] },
    { from: 'kafka://h:9092/dst', to: 'report:gmv', role: 'reads', evidence: ['declared'] },
  ],
  truncated: false,
};

/** A graph of two nodes with these names and owners, for what must be escaped. */
export function hostileGraph(name: string, owner: string): GraphAnswer {
  return {
    nodes: [
      { ...node(`job:${name}`, 'job', 'flink', name), owner },
      node(`kafka://${name}/${owner}`, 'dataset', `kafka://${name}`, owner),
    ],
    edges: [{ from: `job:${name}`, to: `kafka://${name}/${owner}`, role: 'writes', evidence: ['sql'] }],
    truncated: false,
  };
}

export function node(id: string, kind: GraphNode['kind'], namespace: string, name: string): GraphNode {
  return { id, kind, namespace, name, label: name };
}
