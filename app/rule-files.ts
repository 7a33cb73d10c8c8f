import { globSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { type Document, LineCounter, type Node, parseDocument } from 'yaml';
import { compileRule } from '../alerting/evaluate/rule.ts';
import type { FileRule } from '../alerting/file-rule.ts';
import { offsetOf } from '../config/place.ts';
import { type InputIssue, UserError } from '../model/errors.ts';

/**
 * The rules of all files that fit `patterns`, relative ones below `baseDir`. A file holds one rule, a list of rules, or `rules:` with
 * a list. Throws one `UserError` with every complaint of every file, each as `file:line:column rule "name": …`.
 */
export function readRuleFiles(patterns: readonly string[], baseDir: string): FileRule[] {
  const reading: Reading = { rules: [], issues: [], files: new Map() };
  for (const pattern of patterns) {
    const found = globSync(pattern, { cwd: baseDir }).map(f => (isAbsolute(f) ? f : resolve(baseDir, f)));
    if (found.length === 0)
      reading.issues.push({ path: 'alerting.rules', message: `no file fits ${pattern} below ${baseDir}` });
    for (const file of found.sort()) readFile(file, reading);
  }
  const { issues } = reading;
  if (issues.length === 0) return reading.rules;
  const lines = issues.map(i => `${i.path}${i.line ? `:${i.line}:${i.column}` : ''} ${i.message}`);
  throw new UserError('bad-request', lines.join('\n'), { issues });
}

interface Reading {
  readonly rules: FileRule[];
  readonly issues: InputIssue[];
  /** File of each rule read so far, by name. */
  readonly files: Map<string, string>;
}

function readFile(file: string, reading: Reading): void {
  const counter = new LineCounter();
  const at = (offset: number | null): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed = parseDocument(readFileSync(file, 'utf8'), { lineCounter: counter, prettyErrors: false });
  for (const error of parsed.errors) reading.issues.push({ path: file, ...at(error.pos[0]), message: error.message });
  if (parsed.errors.length > 0) return;
  for (const { document, path } of rulesOf(parsed)) {
    const name = typeof document === 'object' && document !== null && 'name' in document ? String(document.name) : '';
    const complain = (message: string, below: readonly string[] = []): void => {
      const place = at(offsetOf(parsed.contents as Node | null, [...path, ...below]));
      reading.issues.push({ path: file, ...place, message: `rule "${name}": ${message}` });
    };
    const first = reading.files.get(name);
    if (first !== undefined) complain(`a rule of this name is in ${first} already`, ['name']);
    reading.files.set(name, file);
    try {
      compileRule('check', document);
      reading.rules.push({ document, file });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      for (const { path: field = '', position, message } of error.issues) {
        const where = position === undefined ? '' : ` (at position ${position})`;
        complain(`${field ? `${field}: ` : ''}${message}${where}`, field ? field.split('.') : []);
      }
    }
  }
}

/** Every rule of a file with its path in it. */
function rulesOf(parsed: Document): { readonly document: unknown; readonly path: readonly string[] }[] {
  const content: unknown = parsed.toJS();
  const base = typeof content === 'object' && content !== null && 'rules' in content ? ['rules'] : [];
  const listed = base.length > 0 ? (content as { rules: unknown }).rules : content;
  if (!Array.isArray(listed)) return [{ document: listed, path: base }];
  return listed.map((document: unknown, i) => ({ document, path: [...base, String(i)] }));
}
