/** What one operator does now; totals over its subtasks. */
export interface OperatorLoad {
  readonly id: string;
  readonly parallelism: number;
  /** Records per second it takes in. */
  readonly inPerSecond: number | null;
  /** 0..1, mean over the subtasks. */
  readonly busyRatio: number | null;
  readonly backPressuredRatio: number | null;
  /** Records that come in for each record the other operator takes in. */
  readonly upstream: readonly { readonly id: string; readonly ratio: number }[];
  /** Of sources: records waiting, their change per second, partitions to share. */
  readonly source: {
    readonly backlog: number | null;
    readonly backlogPerSecond: number | null;
    readonly partitions: number | null;
  } | null;
  /** Null: Flink's default. */
  readonly maxParallelism: number | null;
}

export const SCALING = {
  /** Wanted share of the time an operator is busy, and how far off is left alone. */
  utilization: 0.7,
  tolerance: 0.3,
  /** A backlog is to be gone after it. */
  catchUpMs: 30 * 60_000,
  restartMs: 5 * 60_000,
  /** Least share of the present parallelism. */
  least: 0.4,
  /** A source is under backlog when it would need this long to read it. */
  backlogMs: 30_000,
  /** Busy time is not believed when it promises this many times what back pressure shows. */
  believed: 1.15,
};
export type Scaling = typeof SCALING;

export type UnknownLoad = 'no-records' | 'busy-time-unknown' | 'backlog-unknown' | 'upstream-unknown' | 'cycle';

export interface Advice {
  readonly id: string;
  readonly parallelism: number;
  /** Null when the present one does, or when it cannot be said. */
  readonly proposed: number | null;
  /** Records per second it could take in, and those it should be able to. */
  readonly truePerSecond: number | null;
  readonly neededPerSecond: number | null;
  readonly unknown: UnknownLoad | null;
  readonly limitedBy: 'partitions' | 'max-parallelism' | 'least' | null;
}

interface Target {
  /** Records per second that arrive, and those of the backlog to be worked off beside them. */
  readonly arriving: number;
  readonly catchingUp: number;
}

/**
 * Parallelism of all operators at once: DS2 (Kalavri et al., OSDI 2018) in topological order with the catch-up terms of the Flink Kubernetes
 * operator's autoscaler. An operator without records or busy time is unknown, and so is everything behind it: nothing grows without end.
 */
export function adviseParallelism(operators: readonly OperatorLoad[], scaling: Scaling = SCALING): readonly Advice[] {
  const byId = new Map(operators.map(operator => [operator.id, operator]));
  const targets = new Map<string, Target | UnknownLoad>();
  const targetOf = (id: string): Target | UnknownLoad => {
    const known = targets.get(id);
    if (known !== undefined) return known;
    targets.set(id, 'cycle');
    const operator = byId.get(id);
    const target = operator === undefined ? 'upstream-unknown' : computeTarget(operator, targetOf, scaling);
    targets.set(id, target);
    return target;
  };
  return operators.map(operator => adviseOperator(operator, targetOf(operator.id), scaling));
}

function computeTarget(
  operator: OperatorLoad,
  targetOf: (id: string) => Target | UnknownLoad,
  { catchUpMs }: Scaling,
): Target | UnknownLoad {
  if (operator.source !== null) {
    const { backlog, backlogPerSecond } = operator.source;
    if (operator.inPerSecond === null || operator.inPerSecond <= 0) return 'no-records';
    if (backlog === null || backlogPerSecond === null) return 'backlog-unknown';
    return {
      arriving: Math.max(0, operator.inPerSecond + backlogPerSecond),
      catchingUp: (backlog * 1000) / catchUpMs,
    };
  }
  let arriving = 0;
  let catchingUp = 0;
  for (const { id, ratio } of operator.upstream) {
    const target = targetOf(id);
    if (target === 'cycle') return 'cycle';
    if (typeof target === 'string') return 'upstream-unknown';
    arriving += target.arriving * ratio;
    catchingUp += target.catchingUp * ratio;
  }
  return operator.upstream.length === 0 ? 'upstream-unknown' : { arriving, catchingUp };
}

function adviseOperator(operator: OperatorLoad, target: Target | UnknownLoad, scaling: Scaling): Advice {
  const { id, parallelism } = operator;
  const truePerSecond = trueRate(operator, scaling);
  const nothing = { id, parallelism, proposed: null, neededPerSecond: null, limitedBy: null };
  if (typeof target === 'string')
    return { ...nothing, truePerSecond: typeof truePerSecond === 'string' ? null : truePerSecond, unknown: target };
  if (typeof truePerSecond === 'string') return { ...nothing, truePerSecond: null, unknown: truePerSecond };

  const { arriving, catchingUp } = target;
  const { utilization, tolerance, restartMs, catchUpMs } = scaling;
  const restarting = (arriving * restartMs) / catchUpMs;
  const neededPerSecond = arriving / utilization + catchingUp + restarting;
  const least = arriving / (utilization + tolerance) + catchingUp;
  const most = arriving / (utilization - tolerance) + catchingUp + restarting;
  const known = { id, parallelism, truePerSecond, neededPerSecond, unknown: null };
  if (truePerSecond >= least && truePerSecond <= most) return { ...known, proposed: null, limitedBy: null };
  const wanted = Math.ceil((parallelism * neededPerSecond) / truePerSecond);
  const { value, limitedBy } = withinBounds(operator, wanted, scaling);
  return { ...known, proposed: value === parallelism ? null : value, limitedBy };
}

/** Records per second an operator could take in if it did nothing else (the autoscaler's true processing rate). */
function trueRate({ inPerSecond, busyRatio, backPressuredRatio, source }: OperatorLoad, scaling: Scaling) {
  if (inPerSecond === null || inPerSecond <= 0) return 'no-records';
  const byBusyTime = busyRatio === null || busyRatio <= 0 ? null : inPerSecond / busyRatio;
  const isBehind = (source?.backlog ?? 0) >= (scaling.backlogMs / 1000) * inPerSecond;
  const observed =
    source !== null && isBehind && backPressuredRatio !== null && backPressuredRatio < 1
      ? inPerSecond / (1 - backPressuredRatio)
      : null;
  if (observed !== null && (byBusyTime === null || byBusyTime > scaling.believed * observed)) return observed;
  return byBusyTime ?? 'busy-time-unknown';
}

function withinBounds(
  { parallelism, maxParallelism, source }: OperatorLoad,
  wanted: number,
  { least }: Scaling,
): { value: number; limitedBy: Advice['limitedBy'] } {
  const floor = Math.max(1, Math.ceil(least * parallelism));
  const partitions = source?.partitions ?? null;
  const highest = maxParallelism ?? defaultMaxParallelism(parallelism);
  if (partitions !== null && partitions > 0 && wanted > partitions && partitions <= highest)
    return { value: partitions, limitedBy: 'partitions' };
  if (wanted > highest) return { value: highest, limitedBy: 'max-parallelism' };
  return wanted < floor ? { value: floor, limitedBy: 'least' } : { value: wanted, limitedBy: null };
}

/** Flink's default: half as many again, rounded up to a power of two, 128 to 32,768 (KeyGroupRangeAssignment). */
function defaultMaxParallelism(parallelism: number): number {
  const power = 2 ** Math.ceil(Math.log2(parallelism + Math.floor(parallelism / 2)));
  return Math.min(Math.max(power, 128), 32_768);
}
