/** The answer of /lineage/graph over the fixture's estate. */
import type { LineageEdge, LineageGraph, LineageNode } from '../../../web/ui/src/api/lineage.ts';
import { FAILED_JOB, lagMs, levelOf, nameOf, pathTo, REPORTS, rateOf, STAGES, supervisor } from './estate.ts';
import { freshness } from './views.ts';

export function lineage(root: string | null, direction: string, now: number): LineageGraph | null {
  const nodes = new Map<string, LineageNode>();
  const edges: LineageEdge[] = [];
  const dataset = (id: string): void => {
    const writer = STAGES.find(s => s.writes === id);
    const reader = STAGES.find(s => s.reads.includes(id));
    const rate = writer ? rateOf(writer, now) * 0.8 : reader ? rateOf(reader, now) : null;
    nodes.set(id, {
      id,
      kind: 'dataset',
      namespace: id.slice(0, id.lastIndexOf('/')),
      name: nameOf(id),
      label: nameOf(id),
      records_per_second: rate,
    });
  };
  for (const stage of STAGES) {
    const id = `job:${stage.job}`;
    const lag = Math.round(lagMs(stage.job, now));
    nodes.set(id, {
      id,
      kind: 'job',
      namespace: 'flink',
      name: stage.job,
      label: stage.job,
      status: stage.job === FAILED_JOB ? 'RESTARTING' : 'RUNNING',
      level: levelOf(stage.job),
      records_per_second: rateOf(stage, now),
      owner: stage.owner,
    });
    for (const read of stage.reads) {
      dataset(read);
      edges.push({
        from: read,
        to: id,
        role: 'reads',
        evidence: ['sql'],
        hop: `${stage.job}<-${read}`,
        lag_ms: read === stage.reads[0] ? lag : 2400,
        lag_records: Math.round((lag / 1000) * stage.rate * 0.4),
      });
    }
    for (const read of stage.lookups ?? []) {
      dataset(read);
      edges.push({ from: read, to: id, role: 'lookup', evidence: ['sql'] });
    }
    dataset(stage.writes);
    edges.push({ from: id, to: stage.writes, role: 'writes', evidence: ['sql'] });
  }
  nodes.set('nifi:ingest', {
    id: 'nifi:ingest',
    kind: 'nifi',
    namespace: 'nifi',
    name: 'ingest',
    label: 'ingest',
    records_per_second: 96_000,
    level: 'ok',
  });
  for (const id of [...nodes.keys()].filter(n => n.includes('/ods_')))
    edges.push({ from: 'nifi:ingest', to: id, role: 'writes', evidence: ['nifi'] });
  for (const spec of REPORTS) {
    const fresh = freshness(spec, now);
    const rate = rateOf(pathTo(spec.topic).at(-1)!, now);
    const consumer = supervisor(spec);
    nodes.set(consumer, {
      id: consumer,
      kind: 'druid',
      namespace: 'druid://prod',
      name: consumer,
      label: consumer,
      records_per_second: rate,
    });
    nodes.set(spec.datasource, {
      id: spec.datasource,
      kind: 'dataset',
      namespace: 'druid://prod',
      name: nameOf(spec.datasource),
      label: nameOf(spec.datasource),
      age_ms: fresh.age_ms,
    });
    nodes.set(`report:${spec.report}`, {
      id: `report:${spec.report}`,
      kind: 'report',
      namespace: 'report',
      name: spec.report,
      label: spec.report,
      age_ms: fresh.age_ms,
      level: fresh.level,
      owner: spec.owner,
    });
    edges.push({
      from: spec.topic,
      to: consumer,
      role: 'reads',
      evidence: ['druid'],
      hop: `${consumer}<-${spec.topic}`,
      lag_ms: 1900,
      lag_records: 4200,
    });
    edges.push({ from: consumer, to: spec.datasource, role: 'writes', evidence: ['druid'] });
    edges.push({ from: spec.datasource, to: `report:${spec.report}`, role: 'reads', evidence: ['report'] });
  }
  if (!root) return { nodes: [...nodes.values()], edges };
  const start =
    [root, `report:${root}`, `job:${root}`].find(id => nodes.has(id)) ??
    [...nodes.keys()].find(id => id.endsWith(`/${root}`));
  if (!start) return null;
  const kept = new Set([start]);
  const walk = (id: string, up: boolean): void => {
    for (const edge of edges) {
      const next = up ? (edge.to === id ? edge.from : null) : edge.from === id ? edge.to : null;
      if (next !== null && !kept.has(next)) {
        kept.add(next);
        walk(next, up);
      }
    }
  };
  if (direction !== 'down') walk(start, true);
  if (direction !== 'up') walk(start, false);
  return {
    nodes: [...nodes.values()].filter(node => kept.has(node.id)),
    edges: edges.filter(e => kept.has(e.from) && kept.has(e.to)),
  };
}
