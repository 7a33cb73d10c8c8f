/** Wires what lies upstream of what (inhibition by lineage) to the graph. Answers are kept until the graph changes. */
import type { PathSource } from '../alerting/notify/context.ts';
import type { LineageService } from '../lineage/service.ts';
import { UserError } from '../model/errors.ts';
import type { Labels } from '../model/labels.ts';

/** Answers kept; a graph that never changes must not fill the memory with alerts' labels. */
const MAX_KEPT = 20_000;
const NOTHING: ReadonlySet<string> = new Set();

export interface AlertPaths extends PathSource {
  /** Ends the listening. */
  stop(): void;
}

/** A report, else a job, else a topic, dataset or NiFi process group: the node an alert's labels name. */
export function createAlertPaths(lineage: Pick<LineageService, 'graph' | 'onChange'>): AlertPaths {
  const nodes = new Map<string, string | null>();
  const above = new Map<string, ReadonlySet<string>>();
  const stop = lineage.onChange(() => {
    nodes.clear();
    above.clear();
  });
  const ids = (root: string, depth?: number): readonly string[] => {
    try {
      return lineage
        .graph({ root, direction: 'up', ...(depth === undefined ? {} : { depth }) })
        .nodes.map(node => node.id);
    } catch (error) {
      // A name nobody knows is an alert without a place in the graph.
      if (error instanceof UserError) return [];
      throw error;
    }
  };
  return {
    nodeOf(labels) {
      const root = rootOf(labels);
      return root === null ? null : remembered(nodes, root, () => ids(root, 0)[0] ?? null);
    },
    upstreamOf(node) {
      return remembered(above, node, () => {
        const found = new Set(ids(node));
        found.delete(node);
        return found.size === 0 ? NOTHING : found;
      });
    },
    stop,
  };
}

function rootOf(labels: Labels): string | null {
  if (labels['report']) return `report:${labels['report']}`;
  if (labels['job']) return `job:${labels['job']}`;
  return labels['topic'] || labels['dataset'] || labels['process_group'] || null;
}

function remembered<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= MAX_KEPT) kept.clear();
  const made = make();
  kept.set(key, made);
  return made;
}
