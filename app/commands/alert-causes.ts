/** Why alerts are so, in a line each: what they follow from, or the likeliest cause that the diagnosis of a job finds. */
import { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import { type Alert, alertName } from './alert-answers.ts';
import { understood } from './daemon-answer.ts';
import type { DaemonClient } from './daemon-client.ts';

/** As in messages: what is less likely would send people the wrong way at night. */
const LEAST_CONFIDENCE = 0.5;
/** Jobs, and reports, that are asked about; and how many at a time. */
const MAX_ASKED = 40;
const AT_ONCE = 4;

const Diagnosis = z.object({
  diagnoses: z.array(z.object({ name: z.string(), confidence: z.number(), suggestion: z.string() })),
});
const Freshness = z.object({ blame: z.string().nullable() });

/** Causes by the id of their alert; alerts of which none is known are left out. `all` are those that another may follow from. */
export async function alertCauses(
  daemon: DaemonClient,
  alerts: readonly Alert[],
  all: readonly Alert[],
): Promise<ReadonlyMap<string, string>> {
  const own = alerts.filter(({ inhibited_by: inhibited }) => inhibited === undefined);
  const sinks = own.flatMap(({ labels }) => (labels['job'] === undefined ? (sinkOf(labels) ?? []) : []));
  const blamed = await answers(sinks, sink => blameOf(daemon, sink));
  const jobOf = ({ labels }: Alert): string | null => labels['job'] ?? blamed.get(sinkOf(labels) ?? '') ?? null;
  const causes = await answers(
    own.flatMap(alert => jobOf(alert) ?? []),
    job => causeOf(daemon, job),
  );
  const line = (alert: Alert): string | null => {
    if (alert.inhibited_by) return `follows from ${nameOf(alert.inhibited_by.source, all)}`;
    const job = jobOf(alert);
    if (job === null) return null;
    const cause = causes.get(job) ?? null;
    if (alert.labels['job'] !== undefined) return cause;
    return cause === null ? `waits for ${job}` : `${job}: ${cause}`;
  };
  return new Map(
    alerts.flatMap(alert => {
      const text = line(alert);
      return text === null ? [] : [[alert.id, text]];
    }),
  );
}

function sinkOf(labels: Alert['labels']): string | undefined {
  return labels['report'] ?? labels['dataset'];
}

function nameOf(id: string, alerts: readonly Alert[]): string {
  const source = alerts.find(alert => alert.id === id);
  return source === undefined ? id : alertName(source);
}

/** The hop a report or dataset waits for. */
async function blameOf(daemon: DaemonClient, sink: string): Promise<string | null> {
  const answer = await daemon.get(`freshness/${encodeURIComponent(sink)}`);
  return answer === null ? null : understood(Freshness, answer).blame;
}

async function causeOf(daemon: DaemonClient, job: string): Promise<string | null> {
  const answer = await daemon.get(`jobs/${encodeURIComponent(job)}/diagnosis?lang=en`);
  const [likeliest] = answer === null ? [] : understood(Diagnosis, answer).diagnoses;
  if (likeliest === undefined || likeliest.confidence < LEAST_CONFIDENCE) return null;
  return `${likeliest.name} (${Math.round(likeliest.confidence * 100)} %): ${likeliest.suggestion}`;
}

/** One question for each name. A cause is a help, not the answer: without it the list is still true. */
async function answers(
  names: readonly string[],
  ask: (name: string) => Promise<string | null>,
): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  const asked = [...new Set(names)].slice(0, MAX_ASKED);
  for (let i = 0; i < asked.length; i += AT_ONCE)
    await Promise.all(
      asked.slice(i, i + AT_ONCE).map(async name => {
        found.set(
          name,
          await ask(name).catch(error => {
            if (error instanceof UserError) return null;
            throw error;
          }),
        );
      }),
    );
  return found;
}
