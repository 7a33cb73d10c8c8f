/** The whole configuration: the shared tree, the documents adapters and folders own, and the rule files it names. */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { compileSchedule } from '../alerting/evaluate/schedule.ts';
import type { FileRule } from '../alerting/file-rule.ts';
import { parseGeneratedSettings } from '../alerting/generated/settings.ts';
import { parseChannel } from '../alerting/notify/channel-document.ts';
import { findFile, noFileAmong } from '../config/folder.ts';
import { loadConfig } from '../config/load.ts';
import { checkAcross, sharedConfig } from '../config/schema.ts';
import { UserError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { ObjectiveDocument } from '../model/objective.ts';
import { reporters } from '../reporters/index.ts';
import { alertKeys } from './alert-keys.ts';
import { readRuleFiles } from './rule-files.ts';

const report = z
  .strictObject({
    name: z.string().min(1),
    owner: z.string().default(''),
    reads: z.array(z.string().min(1)).min(1),
    objective: ObjectiveDocument.optional(),
    slo: ObjectiveDocument.optional(),
  })
  .refine(({ objective, slo }) => objective === undefined || slo === undefined, {
    error: 'objective and slo are the same; keep objective',
    path: ['slo'],
  });

const document = z.record(z.string(), z.json());
const fileReference = z.strictObject({ file: z.string().min(1) });

/** Every key a configuration file may have. */
const appConfig = sharedConfig.extend({
  channels: z.array(document.transform(findSecretFiles)).default([]),
  ...alertKeys,
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
  const config = loadConfig(appConfig, file, {
    env,
    check: c => [
      ...checkAcross(c),
      ...checkChannels(c.channels),
      ...checkGenerated(c.alerting.generated),
      ...checkDigest(c.digest),
    ],
  });
  const baseDir = file === null ? process.cwd() : dirname(resolve(file));
  return {
    ...config,
    data_dir: resolve(baseDir, config.data_dir),
    fileRules: readRuleFiles(config.alerting.rules, baseDir),
    baseDir,
  };
}

/** A channel with the paths of its secrets `{file: PATH}` found as everywhere in the configuration: reporters know no folder. */
function findSecretFiles(
  channel: z.output<typeof document>,
  context: z.RefinementCtx,
): Record<string, z.core.util.JSONType> {
  const found = { ...channel };
  for (const [field, value] of Object.entries(channel)) {
    const reference = fileReference.safeParse(value);
    if (!reference.success) continue;
    const { file, tried } = findFile(reference.data.file);
    if (file === null) context.addIssue({ code: 'custom', path: [field], message: noFileAmong(tried) });
    else found[field] = { file };
  }
  return found;
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
        issues.push({ path: ['channels', i, ...(issue.path ? issue.path.split('.') : [])], message: issue.message });
    }
  });
  return issues;
}

function checkDigest(digest: { schedule: string; zone: string } | undefined): { path: string[]; message: string }[] {
  if (digest === undefined) return [];
  try {
    compileSchedule(digest.schedule, digest.zone);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ path: ['digest', error.issues[0]?.path ?? 'schedule'], message: error.message }];
  }
}

function checkGenerated(settings: unknown): { path: (string | number)[]; message: string }[] {
  try {
    parseGeneratedSettings(settings);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.issues.map(({ path = '', message }) => ({
      path: ['alerting', 'generated', ...(path === '' ? [] : path.split('.'))],
      message,
    }));
  }
}
