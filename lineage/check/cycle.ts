import { NODE_ID } from '../graph/fragment.ts';
import { connectorOf, isLookup } from '../graph/identity.ts';
import type { StatementLineage } from '../sql/statement-lineage.ts';
import type { Finding } from './finding.ts';
import { datasetsOf, jobOf, placeOfSink, running, type Subject } from './subject.ts';

/** Nodes looked at; an estate of ten thousand jobs has fewer downstream of anything. */
const MAX_NODES = 50_000;

/** A statement as an edge of the graph to come. */
interface Flow {
  readonly statement: StatementLineage;
  readonly job: string;
  readonly inputs: ReadonlySet<string>;
  readonly sinks: readonly string[];
}

/** Sinks from which the data would come back into the statement that writes them, by running jobs or other statements of the script. */
export function checkCycles(subject: Subject): Finding[] {
  const flows = running(subject).map(statement => flowOf(statement, subject));
  const found: Finding[] = [];
  // One look from all sinks at once: mostly none of the data comes back, whichever statement's it is.
  const inputs = new Set(flows.flatMap(flow => [...flow.inputs]));
  const sinks = flows.flatMap(flow => flow.sinks);
  const isPossible = wayFrom(sinks, inputs, flows, subject) !== null;
  for (const flow of isPossible ? flows : []) {
    for (const sink of flow.sinks) {
      const path = wayFrom([sink], flow.inputs, flows, subject);
      if (path === null) continue;
      found.push(cycleFinding([...path, flow.job, sink], flow, subject));
      break;
    }
  }
  const views = subject.script.cycles.map(({ pos, path }) =>
    subject.places.at(subject.places.token(pos), {
      code: 'view-cycle',
      severity: 'error',
      message: `the view is defined by itself: ${path.join(' -> ')}`,
    }),
  );
  return [...found, ...views];
}

function flowOf(statement: StatementLineage, subject: Subject): Flow {
  // Dimension tables are asked when a row comes: what is written to them does not go round.
  const read = statement.reads.filter(({ how, options }) => how === 'plain' || !isLookup(connectorOf(options)));
  const job = jobOf(statement, subject);
  return {
    statement,
    job: job === null ? '(this script)' : NODE_ID.job(job),
    inputs: new Set(read.flatMap(table => datasetsOf(table, statement, subject))),
    sinks: statement.sinks.flatMap(table => datasetsOf(table, statement, subject)),
  };
}

/** A shortest way from one of the sinks to one of the inputs, both ends included; null when there is none. */
function wayFrom(
  sinks: readonly string[],
  inputs: ReadonlySet<string>,
  flows: readonly Flow[],
  { estate }: Subject,
): readonly string[] | null {
  const from = new Map<string, string | null>(sinks.map(sink => [sink, null]));
  // What the script replaces runs no more: only its own statements count for its jobs.
  const replaced = new Set(flows.map(({ job }) => job));
  const own = ownWays(flows);
  const queue = [...from.keys()];
  const reach = (next: string, node: string): void => {
    if (replaced.has(next) || from.has(next)) return;
    from.set(next, node);
    queue.push(next);
  };
  for (let i = 0; i < queue.length && queue.length < MAX_NODES; i++) {
    const node = queue[i]!;
    if (inputs.has(node)) return wayTo(node, from);
    for (const next of estate.next(node)) reach(next, node);
    for (const sink of own.get(node) ?? []) reach(sink, node);
  }
  return null;
}

/** Where the script itself takes the data of a dataset. */
function ownWays(flows: readonly Flow[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ways = new Map<string, Set<string>>();
  for (const { inputs, sinks } of flows) {
    for (const input of inputs) {
      const known = ways.get(input) ?? new Set<string>();
      ways.set(input, known);
      for (const sink of sinks) known.add(sink);
    }
  }
  return ways;
}

function wayTo(end: string, from: ReadonlyMap<string, string | null>): readonly string[] {
  const path: string[] = [];
  for (let at: string | null = end; at !== null; at = from.get(at) ?? null) path.unshift(at);
  return path;
}

function cycleFinding(path: readonly string[], { statement, job }: Flow, subject: Subject): Finding {
  const isOld = existsAlready(path, job, subject);
  const sink = statement.sinks.find(table => datasetsOf(table, statement, subject).includes(path[0]!));
  const place = sink === undefined ? subject.places.token(statement.pos) : placeOfSink(statement, sink, subject);
  return subject.places.at(place, {
    code: 'new-cycle',
    severity: isOld ? 'warning' : 'error',
    message: isOld
      ? `the data goes round in a circle, as it does today: ${path.join(' -> ')}`
      : `the data would go round in a circle: ${path.join(' -> ')}`,
    hint: 'a row that comes back is processed again, without an end unless something filters it',
    related: path.slice(0, -1).map(node => ({ message: node, node })),
  });
}

/** Whether the version that runs closes the same circle: it reads the last input and writes the sink as well. */
function existsAlready(path: readonly string[], job: string, { estate }: Subject): boolean {
  const [sink, input] = [path[0]!, path.at(-3)!];
  return estate.next(input).includes(job) && estate.next(job).includes(sink);
}
