/** The whole configuration: the shared tree, the documents adapters and folders own, and the rule files it names. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { compileRule } from '../alerting/evaluate/rule.ts';
import type { FileRule } from '../alerting/file-rule.ts';
import { parseChannel } from '../alerting/notify/channel-document.ts';
import { RouteDocument } from '../alerting/notify/route.ts';
import { durationField } from '../config/fields.ts';
import { loadConfig } from '../config/load.ts';
import { checkAcross, sharedConfig } from '../config/schema.ts';
import { type InputIssue, UserError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { reporters } from '../reporters/index.ts';

const report = z.strictObject({
  name: z.string().min(1),
  owner: z.string().default(''),
  reads: z.array(z.string().min(1)).min(1),
  slo: z.strictObject({ age: durationField, target: z.number().gt(0).lte(1).default(0.99) }).optional(),
});

const document = z.record(z.string(), z.json());

/** Every key a configuration file may have. */
const appConfig = sharedConfig.extend({
  channels: z.array(document).default([]),
  routes: z.array(RouteDocument).default([]),
  reports: z.array(report).default([]),
});

export type AppConfig = z.infer<typeof appConfig> & {
  /** Rules of `alerting.rules`, read and checked. */
  readonly fileRules: readonly FileRule[];
  /** Folder that relative paths of the configuration start from. */
  readonly baseDir: string;
};

/** Reads and checks everything `start` needs, without any I/O but the files named. Throws `UserError` with every issue. */
export function readAppConfig(file: string | null, env: NodeJS.ProcessEnv): AppConfig {
  const config = loadConfig(appConfig, file, { env, check: c => [...checkAcross(c), ...checkChannels(c.channels)] });
  const baseDir = file === null ? process.cwd() : dirname(resolve(file));
  return {
    ...config,
    data_dir: resolve(baseDir, config.data_dir),
    fileRules: readRules(config.alerting.rules, baseDir),
    baseDir,
  };
}

function checkChannels(
  channels: readonly Record<string, Json | undefined>[],
): { path: (string | number)[]; message: string }[] {
  const issues: { path: (string | number)[]; message: string }[] = [];
  const names = new Set<string>();
  channels.forEach((channel, i) => {
    const name = String(channel['name']);
    if (names.has(name)) issues.push({ path: ['channels', i, 'name'], message: `two channels are named "${name}"` });
    names.add(name);
    try {
      parseChannel(channel, reporters);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const found = error.issues.length > 0 ? error.issues : [{ message: error.message }];
      for (const issue of found)
        issues.push({ path: ['channels', i, ...(issue.path?.split('.') ?? [])], message: issue.message });
    }
  });
  return issues;
}

/** A rule file holds one rule, a list of rules, or `rules:` with a list. */
function readRules(patterns: readonly string[], baseDir: string): FileRule[] {
  const rules: FileRule[] = [];
  const issues: InputIssue[] = [];
  for (const pattern of patterns) {
    const files = isAbsolute(pattern)
      ? globSync(pattern)
      : globSync(pattern, { cwd: baseDir }).map(f => resolve(baseDir, f));
    if (files.length === 0)
      issues.push({ path: 'alerting.rules', message: `no file fits ${pattern} below ${baseDir}` });
    for (const file of files.sort()) readRuleFile(file, rules, issues);
  }
  if (issues.length === 0) return rules;
  const lines = issues.map(i => `${i.path ?? ''}${i.line ? `:${i.line}:${i.column}` : ''} ${i.message}`);
  throw new UserError('bad-request', lines.join('\n'), { issues });
}

function readRuleFile(file: string, rules: FileRule[], issues: InputIssue[]): void {
  const parsed = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: true });
  for (const error of parsed.errors) {
    const [at] = error.linePos ?? [];
    issues.push({
      path: file,
      message: error.message.split('\n')[0] ?? '',
      ...(at ? { line: at.line, column: at.col } : {}),
    });
  }
  if (parsed.errors.length > 0) return;
  const content: unknown = parsed.toJS();
  const listed = typeof content === 'object' && content !== null && 'rules' in content ? content.rules : content;
  for (const rule of Array.isArray(listed) ? (listed as unknown[]) : [listed]) {
    const name = typeof rule === 'object' && rule !== null && 'name' in rule ? String(rule.name) : '';
    try {
      compileRule('check', rule);
      rules.push({ document: rule, file });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      issues.push({ path: file, message: `rule "${name}": ${error.message}` });
    }
  }
}
