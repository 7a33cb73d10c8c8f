/**
 * Dotted metric identifiers, `<host>.taskmanager.<tm_id>.<job_name>.<operator_name>.<subtask_index>.<metric>`: what reporters
 * send that know no variables. Values may hold dots themselves, so an identifier can have several readings; the one whose job is
 * known wins, then the one with the fewest dots inside values.
 */
import type { FlinkScope } from '../scope.ts';

/** Formats by Flink's option names after `metrics.scope.`; the defaults (OStream's operator format is Flink's own). */
const DEFAULT_SCOPE_FORMATS: Readonly<Record<string, string>> = {
  jm: '<host>.jobmanager',
  'jm.job': '<host>.jobmanager.<job_name>',
  'jm.operator': '<host>.jobmanager.<job_name>.<operator_name>',
  tm: '<host>.taskmanager.<tm_id>',
  'tm.job': '<host>.taskmanager.<tm_id>.<job_name>',
  task: '<host>.taskmanager.<tm_id>.<job_name>.<task_name>.<subtask_index>',
  operator: '<host>.taskmanager.<tm_id>.<job_name>.<operator_name>.<subtask_index>',
};

const SCOPE_OF_FORMAT: Readonly<Record<string, FlinkScope>> = {
  jm: 'jobmanager',
  'jm.job': 'job',
  'jm.operator': 'operator',
  'jm-operator': 'operator',
  'jm-job': 'job',
  tm: 'taskmanager',
  'tm.job': 'job',
  'tm-job': 'job',
  task: 'task',
  operator: 'operator',
};

export interface DottedMetric {
  readonly scope: FlinkScope;
  readonly vars: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly metric: string;
}

interface Format {
  readonly scope: FlinkScope;
  readonly parts: readonly string[];
}

interface Reading {
  readonly format: Format;
  readonly vars: Readonly<Record<string, string>>;
  readonly rest: readonly string[];
  /** Lower is better. */
  readonly cost: number;
}

const MAX_STEPS = 5000;
const MAX_REMEMBERED = 50_000;
/** A known job outweighs any number of dots, an implausible reading any known job. */
const KNOWN_JOB = 10_000;
const IMPLAUSIBLE = 100_000;
/** A task manager's id as Flink makes it, `host:port-abcdef`, was not cut at the dots of its host. */
const TASK_MANAGER_ID = /:\d+-[0-9a-f]+$/;
const WHOLE_ID = 500;
/** Metrics only a task has; they tell a task's identifier from an operator's of the same form. */
const TASK_METRICS =
  /^(busy|idle|backPressured|softBackPressured|hardBackPressured|changelogBusy)TimeMsPerSecond$|^(accumulate|max(Soft|Hard)BackPressure|mailbox|numBuffers|checkpoint|numFiredTimers|initializationTime|isBackPressured|num(Bytes|Buffers)In(Local|Remote))|^(Shuffle|buffers|Network)\./;
/** Groups of a process: what follows them belongs to no job. */
const PROCESS_GROUPS = new Set(['Status', 'GarbageCollector']);

/** The job a name in an identifier stands for, undefined when there is none; reporters write `_` for a dot of the name. */
export type ResolveJob = (written: string) => string | undefined;

/** Compiles the formats, configured ones instead of defaults; the result reads an identifier, null when no format fits. */
export function createDottedParser(options: {
  formats?: Readonly<Record<string, string>>;
  resolveJob?: ResolveJob;
}): (identifier: string) => DottedMetric | null {
  const resolveJob = options.resolveJob ?? (() => undefined);
  const formats = compileFormats({ ...DEFAULT_SCOPE_FORMATS, ...options.formats });
  const remembered = new Map<string, DottedMetric>();
  return identifier => {
    const known = remembered.get(identifier);
    if (known) return known;
    const best = bestReading(identifier.split('.'), formats, resolveJob);
    if (!best) return null;
    const written = best.vars['job_name'];
    const job = written === undefined ? undefined : resolveJob(written);
    const metric = finish(best, job);
    // a reading that named an unknown job may improve once the job is known
    if (written === undefined || job !== undefined) {
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(identifier, metric);
    }
    return metric;
  };
}

function compileFormats(formats: Readonly<Record<string, string>>): Format[] {
  const compiled: Format[] = [];
  for (const [key, format] of Object.entries(formats)) {
    const scope = SCOPE_OF_FORMAT[key];
    if (scope && format.includes('<')) compiled.push({ scope, parts: format.split('.') });
  }
  return compiled;
}

function bestReading(segments: readonly string[], formats: readonly Format[], resolveJob: ResolveJob): Reading | null {
  let best: Reading | null = null;
  for (const format of formats) {
    for (const reading of readings(segments, format, resolveJob)) {
      if (!best || reading.cost < best.cost) best = reading;
    }
  }
  return best;
}

/** Every way to lay `format` over the segments, up to a bound, each with at least one segment left for the metric. */
function* readings(segments: readonly string[], format: Format, resolveJob: ResolveJob): Generator<Reading> {
  let steps = 0;
  function* place(part: number, at: number, vars: Record<string, string>, dots: number): Generator<Reading> {
    if (++steps > MAX_STEPS) return;
    const name = format.parts[part];
    if (name === undefined) {
      const rest = segments.slice(at);
      if (rest.length > 0) yield { format, vars, rest, cost: cost(format, vars, rest, dots, resolveJob) };
      return;
    }
    if (!name.startsWith('<')) {
      if (segments[at] === name) yield* place(part + 1, at + 1, vars, dots);
      return;
    }
    const variable = name.slice(1, -1);
    for (let end = at + 1; end < segments.length; end++) {
      const value = segments.slice(at, end).join('.');
      if (variable === 'subtask_index' && !/^\d+$/.test(value)) return;
      yield* place(part + 1, end, { ...vars, [variable]: value }, dots + (end - at - 1));
    }
  }
  yield* place(0, 0, {}, 0);
}

function cost(
  format: Format,
  vars: Readonly<Record<string, string>>,
  rest: readonly string[],
  dots: number,
  resolveJob: ResolveJob,
): number {
  const job = vars['job_name'];
  const processGroup = rest.findIndex(group => PROCESS_GROUPS.has(group));
  let total = dots * 10;
  if (TASK_MANAGER_ID.test(vars['tm_id'] ?? '')) total -= WHOLE_ID;
  if (job === undefined) {
    // below a process only its own groups go deeper: anything else with dots in it belongs to a job
    if (processGroup !== 0 && (dots > 0 || rest.length > 1)) total += IMPLAUSIBLE;
  } else {
    if (resolveJob(job) !== undefined) total -= KNOWN_JOB;
    if (processGroup >= 0 || PROCESS_GROUPS.has(job)) total += IMPLAUSIBLE;
    // the format that explains more of the identifier
    if (vars['subtask_index'] === undefined) total += 12 * rest.length;
  }
  const isTaskMetric =
    TASK_METRICS.test(rest.join('.')) || (vars['task_name'] ?? vars['operator_name'] ?? '').includes(' -> ');
  if (vars['subtask_index'] !== undefined && isTaskMetric !== (format.scope === 'task')) total += 1;
  return total;
}

/** Key/value groups inside the metric's path become variables, as Flink's own logical scope would have them. */
function finish(reading: Reading, job: string | undefined): DottedMetric {
  const vars: Record<string, string> = { ...reading.vars, ...(job !== undefined && { job_name: job }) };
  let path = reading.rest.join('.');
  path = path.replace(
    /(^|\.)topic\.(.+?)\.partition\.(\d+)\.(?=[^.]+$)/,
    (_all, before: string, topic: string, partition: string) => {
      vars['topic'] = topic;
      vars['partition'] = partition;
      return before;
    },
  );
  path = path.replace(/(^|\.)split\.(.+?)\.(?=watermark\.[^.]+$)/, (_all, before: string, split: string) => {
    vars['split'] = split;
    return before;
  });
  const groups = path.split('.');
  const metric = groups.pop() ?? '';
  return { scope: reading.format.scope, vars, groups, metric };
}
