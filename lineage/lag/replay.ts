import { UserError } from '../../model/errors.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import { answerFreshness, findSink } from './answer.ts';
import { Completeness } from './completeness.ts';
import { type GraphIndex, indexGraph } from './freshness.ts';
import { OffsetTables } from './offsets.ts';
import { type ReplayLine, readReplayLine } from './replay-line.ts';
import { addRow } from './tables/offset-intake.ts';

/**
 * Core of `tidewatch freshness replay` (contracts 5.3): a graph line, then offset rows and queries in time order; one answer line
 * per query, which has seen exactly the rows before it. Throws `UserError` naming the line that cannot be read.
 */
export async function* replayFreshness(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const tables = new OffsetTables();
  const completeness = new Completeness();
  let graph: GraphIndex | null = null;
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim() === '') continue;
    const line = parse(text, number);
    if (line.type === 'graph') {
      graph = indexGraph(line);
      completeness.clear();
    } else if (line.type === 'query') {
      if (graph === null) throw problem(number, 'a query needs a graph line before it');
      // The file's rows arrive before the queries behind them, whatever time a reporter's clock gave them.
      for (const { skew, lastSampleTs } of tables.consumers())
        if (lastSampleTs > line.ts) skew.seenAhead(lastSampleTs - line.ts, line.ts);
      const fresh = answer(graph, tables, line.ts, line.sink ?? onlySink(graph, number), number);
      yield JSON.stringify(completeness.hold(fresh));
    } else {
      addRow(tables, line satisfies OffsetRow);
    }
  }
}

function parse(text: string, number: number): ReplayLine {
  const line = readReplayLine(text);
  if ('problem' in line) throw problem(number, line.problem);
  return line;
}

function answer(graph: GraphIndex, tables: OffsetTables, ts: number, name: string, number: number) {
  const sink = findSink(graph, name);
  if (sink === null) throw problem(number, `the graph has no sink ${JSON.stringify(name)}`);
  return answerFreshness(graph, tables, sink, name, ts);
}

function onlySink(graph: GraphIndex, number: number): string {
  const sinks = [...new Set(graph.hops.filter(hop => hop.output === null).map(hop => hop.hop))];
  const [only] = sinks;
  if (only === undefined || sinks.length > 1) {
    throw problem(number, `the query must name its sink: the graph has ${sinks.length} hops without output`);
  }
  return only;
}

function problem(line: number, message: string): UserError {
  return new UserError('bad-field', `line ${line}: ${message}`, { issues: [{ line, message }] });
}
