import type { Hop } from '../hop-graph.ts';
import type { OffsetTables } from '../offsets.ts';
import type { HopTopic } from '../tables/hop-topic.ts';
import type { Commits } from './markers.ts';
import { TopicSteps } from './steps.ts';
import { commitsOf } from './visibility.ts';

/** Partitions of an input whose reading stands for all of it. */
const MAX_PARTITIONS = 8;

/** The steps of every topic of a graph; one instance serves the questions of one instant, since it keeps every answer. */
export class StepGraph {
  readonly #tables: OffsetTables;
  readonly #writers: ReadonlyMap<string, readonly Hop[]>;
  readonly #topics = new Map<string, TopicSteps>();
  readonly #open = new Set<string>();

  constructor(tables: OffsetTables, writers: ReadonlyMap<string, readonly Hop[]>) {
    this.#tables = tables;
    this.#writers = writers;
  }

  /** Steps of a topic by its id. */
  of(topic: string): TopicSteps {
    let steps = this.#topics.get(topic);
    if (steps !== undefined) return steps;
    const writers = this.#writers.get(topic) ?? [];
    // Open transactions tell of a writer that nobody told of.
    const commits = commitsOf(this.#tables, writers) ?? (this.#tables.hasTransactions(topic) ? [] : null);
    // In a circle a topic would hang on itself.
    if (this.#open.has(topic)) return new TopicSteps(commits, null, []);
    this.#open.add(topic);
    const [writer] = writers;
    const source = writer === undefined || writers.length > 1 ? null : this.#sourceOf(writer);
    this.#open.delete(topic);
    this.#topics.set(topic, (steps = new TopicSteps(commits, source?.read ?? null, source?.wakes ?? [])));
    return steps;
  }

  /** What a hop's output follows: where it reads in steps and gives out at once. */
  #sourceOf(hop: Hop): { readonly read: (t: number) => number | null; readonly wakes: Commits } | null {
    if (hop.windowMs !== null) return null;
    const inputs = hop.inputs.filter(topic => !hop.lookups?.includes(topic));
    const steps = inputs.map(topic => this.of(topic));
    if (!steps.some(({ areKnown }) => areKnown)) return null;
    const parts = inputs.flatMap((topic, i) =>
      this.#tables.consumersOf(hop.hop, topic).flatMap(consumer => partsOf(this.#tables, consumer, steps[i]!)),
    );
    if (parts.length === 0) return null;
    const read = (t: number): number | null => {
      let sum = 0;
      for (const part of parts) {
        const position = part(t);
        if (position === null) return null;
        sum += position;
      }
      return sum;
    };
    return { read, wakes: steps.flatMap(({ commits, wakes }) => (commits?.length ? commits : wakes)) };
  }
}

/** Positions over time of some of a consumer's partitions. */
function partsOf(
  tables: OffsetTables,
  consumer: HopTopic,
  steps: TopicSteps,
): readonly ((t: number) => number | null)[] {
  const ends = tables.endsFor(consumer);
  if (ends === null) return [];
  const parts: ((t: number) => number | null)[] = [];
  for (const [partition, { raw, hasPositions }] of consumer.partitions) {
    const curve = ends.partitions.get(partition)?.curve;
    if (!hasPositions || curve === undefined) continue;
    parts.push(t => steps.positionAt(raw, curve, t));
    if (parts.length === MAX_PARTITIONS) break;
  }
  return parts;
}
