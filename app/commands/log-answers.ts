/** What the log commands need of the daemon's answers (contracts.md section 4); other fields pass through to `--json`. */
import { z } from 'zod';

const LogLine = z.looseObject({
  /** Stable: the same line has the same id in every answer. */
  id: z.string(),
  /** Epoch ms. */
  ts: z.number(),
  level: z.string(),
  logger: z.string(),
  message: z.string(),
  exception: z.looseObject({ class: z.string(), message: z.string(), stack: z.string() }).optional(),
  job_name: z.string(),
  container_id: z.string(),
  host: z.string(),
  role: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

/** Newest first. */
export const LogPage = z.object({
  items: z.array(LogLine),
  total: z.object({ value: z.number(), relation: z.enum(['eq', 'gte']) }),
  next: z.string().nullable(),
});
export type LogPage = z.infer<typeof LogPage>;

/** Lines by level in buckets of time; `t` is a bucket's beginning. */
export const LogHistogram = z.object({
  buckets: z.array(z.object({ t: z.number(), counts: z.record(z.string(), z.number()) })),
});

/** Oldest first on both sides. */
export const LogsAround = z.object({ before: z.array(LogLine), line: LogLine, after: z.array(LogLine) });
