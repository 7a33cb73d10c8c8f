import { parseArgs } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import type { CauseView, DiagnosisView, OperatorAdviceView } from '../../web/api/diagnosis-answer.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { instant, OWN_ZONE } from './instant.ts';
import { textTable } from './text-table.ts';

/** `tidewatch diagnose JOB`: why it is late, with the figures that say so, and how many subtasks would do. `--at` asks about the past. */
export async function diagnose(args: readonly string[], now: number): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      at: { type: 'string' },
      lang: { type: 'string', default: 'en' },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  const [job, ...more] = positionals;
  if (job === undefined || more.length > 0) throw new UserError('bad-request', 'diagnose needs one job');
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const at = values.at !== undefined && { at: `${instant(values.at, '--at', { now, zone: OWN_ZONE })}` };
  const query = new URLSearchParams({ lang: values.lang, ...at });
  const view = understood(View, await daemon.need(`jobs/${encodeURIComponent(job)}/diagnosis?${query}`));
  process.stdout.write(values.json ? `${JSON.stringify(view)}\n` : inWords(view));
  return 0;
}

/** Enough to know the answer by; its type is the daemon's own. */
const View = z.custom<DiagnosisView>(
  value => typeof value === 'object' && value !== null && 'diagnoses' in value && 'parallelism' in value,
  'not the diagnosis of a job',
);

function inWords(view: DiagnosisView): string {
  if (view.ended) return `${view.job} has ended\n`;
  const { diagnoses, parallelism, unknown, log_line: line } = view;
  return [
    diagnoses.length === 0 ? `${view.job}: nothing found that is wrong\n` : `${view.job}\n`,
    ...diagnoses.map(causeText),
    line === null ? '' : `\nlog: ${line.text}\n`,
    parallelismText(parallelism),
    unknown.length === 0 ? '' : `\nnot known: ${unknown.map(({ text }) => text).join(', ')}\n`,
  ].join('');
}

function causeText(cause: CauseView, i: number): string {
  const lines = [
    `\n${i + 1}. ${cause.name} (${Math.round(cause.confidence * 100)} %)`,
    ...cause.evidence.map(({ text }) => `   + ${text}`),
    ...cause.against.map(({ text }) => `   - ${text}`),
    ...cause.missing.map(({ text }) => `   ? ${text}: not known`),
    ...(cause.tried_in_vain ? ['   - tried within the last hour without effect'] : []),
    `   → ${cause.suggestion}`,
  ];
  return `${lines.join('\n')}\n`;
}

function parallelismText({ operators, withheld, topology_known }: DiagnosisView['parallelism']): string {
  if (withheld !== null) return `\n${withheld}\n`;
  const proposed = operators.filter(operator => operator.proposed !== null);
  if (proposed.length === 0) return '';
  const assumed = topology_known ? '' : ' (order of the operators assumed)';
  return `\nparallelism${assumed}\n${textTable(proposed.map(adviceCells))}`;
}

function adviceCells(advice: OperatorAdviceView): readonly string[] {
  const rate = (perSecond: number | null): string => (perSecond === null ? '?' : `${Math.round(perSecond)}/s`);
  return [
    `  ${advice.task}`,
    `${advice.parallelism} → ${advice.proposed}`,
    `can take ${rate(advice.true_per_second)}, needs ${rate(advice.needed_per_second)}`,
    advice.limited_by === null ? '' : `limited by ${advice.limited_by}`,
  ];
}
