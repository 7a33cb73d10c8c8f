/** The steps of docs/FLINK.md: which part of the installation a finding is about. */
export type Step = 'version' | 'jars' | 'metrics' | 'logs' | 'environment' | 'lineage' | 'checkpoints';

/** Step -> heading of docs/FLINK.md, as its anchor. */
export const DOC_ANCHORS = {
  version: 'versions',
  jars: '1-jars',
  metrics: '2-metrics',
  logs: '3-logs',
  environment: '4-environment',
  lineage: '5-lineage',
  checkpoints: 'checkpoints',
} as const satisfies Record<Step, string>;

/** One thing that was looked at. */
export interface Finding {
  readonly step: Step;
  /** What it is about: a process, a job, the cluster. */
  readonly subject: string;
  /** `unknown` where neither Flink nor the daemon can tell: neither healthy nor a fault. */
  readonly state: 'ok' | 'bad' | 'unknown';
  readonly detail: string;
  /** What to do; absent where nothing has to be done. */
  readonly remedy?: string;
}

/** A finding as lines of text. */
export function findingText({ step, subject, state, detail, remedy }: Finding): string {
  const mark = { ok: 'ok  ', bad: 'BAD ', unknown: '?   ' }[state];
  const head = `${mark} ${step}: ${subject}: ${detail}\n`;
  return remedy === undefined ? head : `${head}       -> ${remedy} (docs/FLINK.md#${DOC_ANCHORS[step]})\n`;
}
