import { type InputIssue, UserError } from '../../model/errors.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import { answerFreshness, type FreshnessAnswer, findSink } from './answer.ts';
import { Completeness } from './completeness.ts';
import { type GraphIndex, indexGraph } from './freshness.ts';
import { OffsetTables } from './offsets.ts';
import { readReplayLine } from './replay-line.ts';
import { addRow } from './tables/offset-intake.ts';

/** A line that cannot be used: its number, and why. */
type LineIssue = Required<Pick<InputIssue, 'line' | 'message'>>;

/**
 * Core of `tidewatch freshness replay` (contracts 5.3): a graph line, then offset rows and queries in time order; one answer line
 * per query, which has seen exactly the rows before it. A line that cannot be used goes to `skip`, and the rest goes on, as a stream
 * does; by default it is thrown as a `UserError` that names it.
 */
export async function* replayFreshness(
  lines: AsyncIterable<string>,
  skip: (issue: LineIssue) => void = throwIssue,
): AsyncGenerator<string> {
  const tables = new OffsetTables();
  const completeness = new Completeness();
  let graph: GraphIndex | null = null;
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim() === '') continue;
    const line = readReplayLine(text);
    if ('problem' in line) {
      skip({ line: number, message: line.problem });
    } else if (line.type === 'graph') {
      graph = indexGraph(line);
      completeness.clear();
    } else if (line.type === 'query') {
      const fresh = answer(graph, tables, line.ts, line.sink);
      if (typeof fresh === 'string') skip({ line: number, message: fresh });
      else yield JSON.stringify(completeness.hold(fresh));
    } else {
      addRow(tables, line satisfies OffsetRow);
    }
  }
}

/** The answer to a query, or why there is none. */
function answer(
  graph: GraphIndex | null,
  tables: OffsetTables,
  ts: number,
  named: string | undefined,
): FreshnessAnswer | string {
  if (graph === null) return 'a query needs a graph line before it';
  const ends = [...new Set(graph.hops.filter(hop => hop.output === null).map(hop => hop.hop))];
  const name = named ?? (ends.length === 1 ? ends[0] : undefined);
  if (name === undefined) return `the query must name its sink: the graph has ${ends.length} hops without output`;
  const sink = findSink(graph, name);
  if (sink === null) return `the graph has no sink ${JSON.stringify(name)}`;
  // The file's rows arrive before the queries behind them, whatever time a reporter's clock gave them.
  for (const { skew, lastSampleTs } of tables.consumers()) if (lastSampleTs > ts) skew.seenAhead(lastSampleTs - ts, ts);
  return answerFreshness(graph, tables, sink, name, ts);
}

function throwIssue({ line, message }: LineIssue): never {
  throw new UserError('bad-field', `line ${line}: ${message}`, { issues: [{ line, message }] });
}
