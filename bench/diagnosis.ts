/**
 * How often the likeliest diagnosis is the fault that was injected, per kind: `node bench/diagnosis.ts [cases per kind]`. Exits 1 below
 * 80 % over all kinds, or when a healthy job is found ill.
 */
import { diagnose } from '../lineage/diagnosis/diagnose.ts';
import { FAULT_KINDS, injectFault } from '../test/support/fault-metrics.ts';

const cases = Number(process.argv[2] ?? 1000);
const WANTED = 0.8;

const rows: Record<string, string>[] = [];
let right = 0;
const began = process.cpuUsage().user;
for (const kind of [...FAULT_KINDS, 'none'] as const) {
  const answers = new Map<string, number>();
  let inTop3 = 0;
  let confidence = 0;
  for (let seed = 1; seed <= cases; seed++) {
    const { diagnoses } = diagnose(injectFault(kind, seed).input);
    const top = diagnoses[0];
    answers.set(top?.kind ?? 'none', (answers.get(top?.kind ?? 'none') ?? 0) + 1);
    if (diagnoses.some(d => d.kind === kind)) inTop3++;
    if (top?.kind === kind) confidence += top.confidence;
  }
  const hits = answers.get(kind) ?? 0;
  if (kind !== 'none') right += hits;
  const wrong = [...answers].filter(([answer]) => answer !== kind).sort((a, b) => b[1] - a[1]);
  rows.push({
    fault: kind,
    'top 1': `${((100 * hits) / cases).toFixed(1)} %`,
    'top 3': kind === 'none' ? '' : `${((100 * inTop3) / cases).toFixed(1)} %`,
    confidence: hits === 0 || kind === 'none' ? '' : (confidence / hits).toFixed(2),
    'instead (share)': wrong
      .map(([answer, n]) => `${answer} ${((100 * n) / cases).toFixed(1)} %`)
      .slice(0, 3)
      .join(', '),
  });
  if (kind === 'none' && hits < WANTED * cases) process.exitCode = 1;
}
console.table(rows);
const share = right / (cases * FAULT_KINDS.length);
const micros = (process.cpuUsage().user - began) / (cases * (FAULT_KINDS.length + 1));
console.log(
  `top diagnosis right in ${(100 * share).toFixed(1)} % of ${cases * FAULT_KINDS.length} injected faults; ${micros.toFixed(0)} µs of CPU each, the injection included`,
);
if (share < WANTED) process.exitCode = 1;
