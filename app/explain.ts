/** Wires what a message says beyond the alert: the graph answers whose it is and what it breaks, the logs why. */
import type { ImpactSource, LogSource } from '../alerting/notify/context.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Labels } from '../model/labels.ts';
import { zoneOffset } from '../model/zone.ts';
import type { LogQuery } from '../store/log-query.ts';
import type { LogItem, LogStore } from '../store/log-store.ts';

const BEFORE_MS = 15 * 60_000;
const AFTER_MS = 2 * 60_000;
const MAX_TEXT = 300;
/** Lines shown before and after the one that explains. */
const AROUND = 2;

/** Owner and downstream reports of what an alert's labels name: a report, else a job, else a topic, dataset or NiFi process group. */
export function createImpactSource(lineage: LineageService): ImpactSource {
  const reportOf = (labels: Labels) => lineage.reports().find(r => r.name === labels['report']);
  return {
    ownerOf(labels) {
      const report = reportOf(labels);
      if (report) return report.owner;
      const job = labels['job'] ? lineage.job(labels['job']) : null;
      return job?.owner ?? '';
    },
    affects(labels) {
      const report = labels['report'];
      if (report) return [report];
      const source = labels['job'] ?? labels['topic'] ?? labels['dataset'] ?? labels['process_group'];
      return source ? lineage.impactOf(source).reports.map(r => r.name) : [];
    },
  };
}

/** The latest error, else warning, of the job, application or container an alert names; of a report, of the jobs that make it. */
export function createLogSource(
  lineage: LineageService,
  logs: () => Pick<LogStore, 'search' | 'around'>,
  publicUrl: () => string,
): LogSource {
  return {
    async explain(labels, at, signal, zone = 'UTC') {
      const about = subject(labels, lineage);
      if (!about) return null;
      for (const levels of [['ERROR', 'FATAL'], ['WARN']] as const) {
        const query: LogQuery = { kind: 'and', of: [about, { kind: 'level', levels }] };
        const page = await logs().search(
          { query, from: at - BEFORE_MS, to: at + AFTER_MS, limit: 20 },
          lineage.names,
          signal,
        );
        // A line with a stack trace says more than a newer one without.
        const item = page.items.find(i => i.exception) ?? page.items[0];
        if (!item) continue;
        const context = await linesAround(item, { logs: logs(), names: lineage.names, zone }, signal);
        return {
          ts: item.ts,
          text: textOf(item),
          url: lineUrl(publicUrl(), item),
          ...(context.length > 0 ? { context } : {}),
        };
      }
      return null;
    },
  };
}

function subject(labels: Labels, lineage: LineageService): LogQuery | null {
  for (const [label, field] of [
    ['container_id', 'container'],
    ['app_id', 'app'],
    ['job', 'job'],
  ] as const) {
    const value = labels[label];
    if (value) return { kind: 'field', field, value, prefix: false };
  }
  const sink = labels['report'] ?? labels['dataset'];
  if (!sink) return null;
  try {
    const jobs = lineage.pathTo(sink).nodes.filter(n => n.kind === 'job');
    if (jobs.length === 0) return null;
    return { kind: 'or', of: jobs.map(j => ({ kind: 'field', field: 'job', value: j.name, prefix: false })) };
  } catch {
    return null;
  }
}

/** What the same container, else the same job, said just before and after; nothing when the store does not answer. */
async function linesAround(
  item: LogItem,
  { logs, names, zone }: { logs: Pick<LogStore, 'around'>; names: LineageService['names']; zone: string },
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const scope = item.containerId ? 'container' : item.jobName ? 'job' : null;
  if (scope === null) return [];
  try {
    const found = await logs.around({ id: item.id, scope, before: AROUND, after: AROUND }, names, signal);
    return found ? [...found.before, found.line, ...found.after].map(line => lineOf(line, zone)) : [];
  } catch {
    return [];
  }
}

/** `10:04:31.250 ERROR message`, the time in the zone of the message; `Z` says that it is UTC. */
function lineOf(item: LogItem, zone: string): string {
  const offset = zoneOffset(zone, item.ts);
  const time = new Date(item.ts + offset).toISOString().slice(11, 23);
  return `${time}${offset === 0 ? 'Z' : ''} ${item.level} ${textOf(item)}`;
}

/** The log screen at this line, among its neighbours: what the UI's own "copy link" gives. */
function lineUrl(publicUrl: string, item: LogItem): string {
  const around = 300_000;
  const params = new URLSearchParams({ around: item.id, from: String(item.ts - around), to: String(item.ts + around) });
  if (item.containerId) params.set('container', item.containerId);
  else if (item.jobName) params.set('job', item.jobName);
  return `${publicUrl}/logs?${params}`;
}

function textOf(item: LogItem): string {
  const cause = item.exception?.root || (item.exception ? `${item.exception.class}: ${item.exception.message}` : '');
  const text = cause ? `${item.message.split('\n')[0]} | ${cause.split('\n')[0]}` : (item.message.split('\n')[0] ?? '');
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
