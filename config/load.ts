/** Reads a configuration file: YAML, environment overrides, one zod tree; every mistake at once, each with its place. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, type Node, parse, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type InputIssue, UserError } from '../model/errors.ts';
import { inFolder } from './folder.ts';
import { offsetOf } from './place.ts';

/** Issues found beyond the schema, by path. */
export type ExtraCheck<T> = (config: T) => readonly { path: readonly (string | number)[]; message: string }[];

/** Environment variables that share the prefix but are not overrides: what Flink processes carry, the start by an older Node, and test switches. */
const NOT_OVERRIDES = /^TIDEWATCH_(ROLE|REEXEC|TEST_.*)$/;
const PREFIX = 'TIDEWATCH_';

/**
 * Parses configuration text. `TIDEWATCH_HTTP__PORT=9000` sets `http.port`: `__` separates levels, names are lower-cased, values are
 * read as YAML. Relative paths start from `dir`, the working directory unless told. Throws `UserError('bad-request')` whose issues read
 * `file:line:column path: message`.
 */
export function parseConfig<S extends z.ZodType>(
  schema: S,
  text: string,
  options: { file: string; dir?: string; env?: NodeJS.ProcessEnv; check?: ExtraCheck<z.output<S>> },
): z.output<S> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const syntax = document.errors.map(e => ({ ...at(e.pos[0]), message: e.message }));
  if (syntax.length > 0) throw refused(options.file, syntax);

  const raw: unknown = document.toJS() ?? {};
  const overridden = applyOverrides(raw, options.env ?? {});
  const place = (path: readonly PropertyKey[], key?: string): Partial<InputIssue> => {
    const source = overridden.sources.get(path.concat(key ?? []).join('.')) ?? overridden.sources.get(path.join('.'));
    if (source) return { path: source };
    const offset = offsetOf(document.contents as Node | null, path, key);
    return offset === null ? {} : at(offset);
  };

  const result = inFolder(options.dir ?? '.', () => schema.safeParse(overridden.value, { reportInput: true }));
  const issues: InputIssue[] = [];
  if (!result.success) {
    for (const issue of result.error.issues) {
      const path = issue.path.join('.');
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          const full = path ? `${path}.${key}` : key;
          issues.push({ path: full, message: `unknown key "${key}"`, ...place(issue.path, key) });
        }
      } else issues.push({ path: path || '(root)', message: issue.message, ...place(issue.path) });
    }
    throw refused(options.file, issues);
  }
  for (const extra of options.check?.(result.data) ?? []) {
    issues.push({ path: extra.path.join('.'), message: extra.message, ...place(extra.path) });
  }
  if (issues.length > 0) throw refused(options.file, issues);
  return result.data;
}

/** `parseConfig` of a file; without one, of nothing, so that defaults and overrides apply. */
export function loadConfig<S extends z.ZodType>(
  schema: S,
  file: string | null,
  options: { env?: NodeJS.ProcessEnv; check?: ExtraCheck<z.output<S>> },
): z.output<S> {
  let text = '';
  if (file !== null) {
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new UserError('bad-request', `cannot read the configuration ${file}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  const place = file === null ? { file: '(defaults)' } : { file, dir: dirname(resolve(file)) };
  return parseConfig(schema, text, { ...options, ...place });
}

function refused(file: string, issues: readonly InputIssue[]): UserError {
  const sorted = [...issues].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const lines = sorted.map(i => {
    const place = i.path?.startsWith(PREFIX) ? 'environment' : `${file}${i.line ? `:${i.line}:${i.column}` : ''}`;
    return `${place} ${i.path ? `${i.path}: ` : ''}${i.message}`;
  });
  return new UserError('bad-request', lines.join('\n'), { issues: sorted });
}

interface Overridden {
  readonly value: unknown;
  /** Path -> name of the variable that set it, for error messages. */
  readonly sources: ReadonlyMap<string, string>;
}

function applyOverrides(base: unknown, env: NodeJS.ProcessEnv): Overridden {
  const sources = new Map<string, string>();
  const value: unknown = structuredClone(base);
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || NOT_OVERRIDES.test(name) || text === undefined) continue;
    const path = name.slice(PREFIX.length).toLowerCase().split('__');
    let target = value as Record<string, unknown>;
    if (typeof target !== 'object' || target === null) continue;
    for (const step of path.slice(0, -1)) {
      const child = target[step];
      if (typeof child !== 'object' || child === null) target[step] = {};
      target = target[step] as Record<string, unknown>;
    }
    const last = path.at(-1) ?? '';
    try {
      target[last] = parse(text) as unknown;
    } catch {
      target[last] = text;
    }
    sources.set(path.join('.'), name);
  }
  return { value, sources };
}
