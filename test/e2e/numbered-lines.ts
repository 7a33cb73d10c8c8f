/** Log lines with a number each, to count what a daemon has of them: none lost, none twice. */
import type { Daemon } from '../support/daemon.ts';
import type { TopicRecord } from './broker.ts';
import { parameters } from './captured-run/answers.ts';

const PAGE = 1000;
const NUMBER = /^line (\d+) of the run$/;

/** Lines `from` to `from + count - 1`, a millisecond apart from `ts`, spread over `partitions`. */
export function numberedLines(from: number, count: number, ts: number, partitions = 1): TopicRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const at = ts + i;
    const value = {
      ts: at,
      level: 'INFO',
      logger: 'org.example.Counting',
      thread: 'main',
      message: `line ${from + i} of the run`,
      job_name: 'counting_job',
      app_id: 'application_1_0001',
      container_id: `container_e01_0001_01_00000${(from + i) % 3}`,
      host: 'h1',
      role: 'taskmanager',
    };
    return { ts: at, partition: (from + i) % partitions, value };
  });
}

/** How often each number is found, reading every page. */
export async function foundNumbers(daemon: Daemon): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = parameters({ job: 'counting_job', limit: PAGE, ...(cursor ? { cursor } : {}) });
    const page: { items: { message: string }[]; next: string | null } = await daemon.get(
      `/api/v1/logs/search?${query}`,
    );
    for (const { message } of page.items) {
      const number = Number(NUMBER.exec(message)?.[1] ?? -1);
      found.set(number, (found.get(number) ?? 0) + 1);
    }
    cursor = page.next;
  }
  return found;
}

/** How many of the numbers 0 to `count - 1` are missing or there more than once, with some examples; `NO_FAULTS` when all is well. */
export function faultsIn(found: ReadonlyMap<number, number>, count: number): Faults {
  const lost = Array.from({ length: count }, (_, i) => i).filter(i => !found.has(i));
  const doubled = [...found].filter(([, times]) => times > 1).map(([number]) => number);
  return { lost: lost.length, doubled: doubled.length, examples: [...lost.slice(0, 5), ...doubled.slice(0, 5)] };
}

interface Faults {
  readonly lost: number;
  readonly doubled: number;
  readonly examples: readonly number[];
}

export const NO_FAULTS: Faults = { lost: 0, doubled: 0, examples: [] };
