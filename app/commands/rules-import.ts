import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { RuleDocumentInput } from '../../alerting/evaluate/document.ts';
import { UserError } from '../../model/errors.ts';
import { convertPrometheusFile, type ImportRemark, type PrometheusImport } from '../prometheus-file.ts';

/**
 * `tidewatch rules import-prometheus FILE…`: rules of ours on stdout (or in `--out`), and a line on stderr for everything that was not
 * converted, with its place and reason. Exit 0 when every alert was converted whole, 1 when something was refused or lost.
 */
export function rulesImport(files: readonly string[], options: { out: string | null; json: boolean }): number {
  const documents: RuleDocumentInput[] = [];
  const remarks: (ImportRemark & { readonly file: string })[] = [];
  for (const file of files) {
    const converted = convertFile(
      file,
      documents.map(({ name }) => name),
    );
    documents.push(...converted.rules);
    remarks.push(...converted.remarks.map(remark => ({ file, ...remark })));
  }
  const yaml = stringify({ rules: documents }, { lineWidth: 140 });
  if (options.out !== null) writeFileSync(options.out, yaml);
  if (options.json) process.stdout.write(`${JSON.stringify({ rules: documents, remarks })}\n`);
  else {
    if (options.out === null) process.stdout.write(yaml);
    for (const { file, line, column, alert, kind, message } of remarks)
      process.stderr.write(`${file}:${line}:${column} ${WORDS[kind]} ${alert}: ${message}\n`);
    process.stderr.write(
      `${documents.length} rules; ${remarks.filter(({ kind }) => kind === 'refused').length} not converted\n`,
    );
  }
  return remarks.some(({ kind }) => kind !== 'note') ? 1 : 0;
}

const WORDS = { refused: 'not converted:', lost: 'left out:', note: 'note:' } as const;

function convertFile(file: string, taken: readonly string[]): PrometheusImport {
  try {
    return convertPrometheusFile(readText(file), taken);
  } catch (error) {
    if (!(error instanceof UserError) || error.issues.length === 0) throw error;
    const lines = error.issues.map(
      ({ line, column, path, message }) =>
        `${file}:${line}:${column} ${path === undefined ? '' : `${path}: `}${message}`,
    );
    throw new UserError('bad-request', lines.join('\n'));
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError('bad-request', `${file} cannot be read: ${(error as Error).message}`);
  }
}
