/** Why a job is late, as `GET /jobs/{name}/diagnosis` answers it: plain JSON, read by the screens too. */

/** The line of the log that explains it. */
export interface DiagnosisLogLine {
  readonly ts: number;
  readonly text: string;
  readonly url: string;
}

export interface EvidenceView {
  readonly symptom: string;
  readonly text: string;
  readonly task: string | null;
  readonly subtask: number | null;
  readonly task_manager: string | null;
  readonly topic: string | null;
  readonly hop: string | null;
  readonly values: Readonly<Record<string, number | string>>;
}

export interface CauseView {
  readonly cause: string;
  readonly name: string;
  readonly confidence: number;
  readonly suggestion: string;
  readonly evidence: readonly EvidenceView[];
  readonly against: readonly EvidenceView[];
  /** Needed, but not known. */
  readonly missing: readonly { readonly symptom: string; readonly text: string }[];
  /** Its cure was tried within the last hour and did not help. */
  readonly tried_in_vain: boolean;
}

export interface OperatorAdviceView {
  readonly task: string;
  readonly parallelism: number;
  /** Null when the present one does, or when it is not known. */
  readonly proposed: number | null;
  readonly true_per_second: number | null;
  readonly needed_per_second: number | null;
  readonly unknown: string | null;
  readonly limited_by: string | null;
}

export interface DiagnosisView {
  readonly job: string;
  readonly at: number;
  /** True for a job that was cancelled or has finished: nothing is wrong with it. */
  readonly ended: boolean;
  /** At most three, the likeliest first. */
  readonly diagnoses: readonly CauseView[];
  readonly symptoms: readonly EvidenceView[];
  readonly unknown: readonly { readonly symptom: string; readonly text: string }[];
  readonly parallelism: {
    readonly operators: readonly OperatorAdviceView[];
    /** Why nothing is proposed. */
    readonly withheld: string | null;
    /** False when the order of the operators is only assumed, since Flink's metrics do not tell it. */
    readonly topology_known: boolean;
  };
  readonly log_line: DiagnosisLogLine | null;
}
