import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, type Node, parseDocument } from 'yaml';
import { compileRule } from '../../alerting/evaluate/rule.ts';
import { type CaseResult, parseRuleTests, runRuleTests, type TestAlert } from '../../alerting/testing/rule-test.ts';
import { offsetOf } from '../../config/place.ts';
import { formatDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import { readRuleFiles } from '../rule-files.ts';

/** `tidewatch rules test FILE…`: exit 0 when every case holds, 1 when one does not; throws `UserError` (exit 2) for a file that cannot be read. */
export async function rulesTest(files: readonly string[], options: { json: boolean }): Promise<number> {
  let failed = 0;
  let cases = 0;
  for (const file of files) {
    const results = await runFile(file);
    const bad = results.filter(({ ok }) => !ok);
    failed += bad.length;
    cases += results.length;
    if (options.json) process.stdout.write(`${JSON.stringify({ file, ok: bad.length === 0, results })}\n`);
    else process.stdout.write(`${file}\n${bad.map(failureText).join('')}${bad.length === 0 ? '  SUCCESS\n' : ''}`);
  }
  if (!options.json && failed > 0) process.stdout.write(`FAILED: ${failed} of ${cases} cases\n`);
  return failed === 0 ? 0 : 1;
}

async function runFile(file: string): Promise<readonly CaseResult[]> {
  const counter = new LineCounter();
  const parsed = parseDocument(readText(file), { lineCounter: counter, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [broken] = parsed.errors;
  if (broken !== undefined) throw new UserError('bad-request', `${at(broken.pos[0])} ${broken.message}`);
  try {
    const tests = parseRuleTests(parsed.toJS());
    const rules = readRuleFiles(tests.rules, dirname(resolve(file))).map(({ document }, i) =>
      compileRule(`test-${i}`, document),
    );
    return await runRuleTests(tests, rules);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const lines = error.issues.map(({ path = '', line, message }) =>
      // Complaints of rule files carry their own place.
      line === undefined
        ? `${at(offsetOf(parsed.contents as Node | null, path.split('.')) ?? 0)} ${path}: ${message}`
        : `${path}:${line} ${message}`,
    );
    throw new UserError('bad-request', lines.length > 0 ? lines.join('\n') : `${file}: ${error.message}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError('bad-request', `${file} cannot be read: ${(error as Error).message}`);
  }
}

function failureText({ test, at_ms, rule, missing, unexpected, error }: CaseResult): string {
  const head = `  FAILED: ${test === '' ? '' : `${test}, `}rule ${rule} at ${formatDuration(at_ms)}\n`;
  if (error !== undefined) return `${head}    ${error}\n`;
  return [
    head,
    ...missing.map(alert => `    - ${alertLine(alert)}\n`),
    ...unexpected.map(alert => `    + ${alertLine(alert)}\n`),
  ].join('');
}

function alertLine({ labels, state, annotations }: TestAlert): string {
  const hints = Object.entries(annotations);
  return `${pairs(Object.entries(labels))} ${state}${hints.length === 0 ? '' : ` ${pairs(hints)}`}`;
}

function pairs(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}
