/**
 * Reporters: one file per kind of channel (`email`, `im/*`, …), each with its configuration schema beside it, listed in `index.ts`.
 * A reporter renders a `Message` and sends it once; retries, order and budgets are the outbox's (`alerting/notify/`).
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Budget, ReporterDeps, ReporterType } from '../alerting/notify/channel.ts';
import type { Notifier } from '../alerting/notify/notifier.ts';
import { type InputIssue, UserError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import { wellFormed } from '../model/well-formed.ts';

/** What a person can do about a class of failure, whatever the channel. */
const REMEDIES: Readonly<Record<string, string>> = {
  throttled: 'nothing to do, it is sent again when the channel allows; send less often if this stays',
  server: 'the other side has a problem; it is sent again',
  gateway: 'something between tidewatch and the channel answered; check proxy and address if this stays',
  network: 'check the address, DNS, the firewall and the certificate',
  timeout: 'the other side is slow or a firewall drops the connection; it is sent again',
  redirect: 'the address has moved; enter the final address',
  blocked: 'if this address of the own network is meant, list it under alerting.allow_private of the configuration',
  unknown: 'the answer is not documented; it is sent again',
};

/** Ties a schema to the factory that takes what it yields. `remedies` adds to what every channel says of a class of failure. */
export function defineReporter<S extends z.ZodType>(reporter: {
  readonly schema: S;
  readonly secrets: readonly string[];
  readonly budget?: Budget;
  readonly throttleFloorMs?: number;
  readonly acknowledges?: boolean;
  readonly remedies?: Readonly<Record<string, string>>;
  readonly create: (config: z.output<S>, deps: ReporterDeps) => Notifier;
}): ReporterType {
  const { schema, secrets, budget, throttleFloorMs, create } = reporter;
  const remedies = { ...REMEDIES, ...reporter.remedies };
  const check = (document: unknown): InputIssue[] => issuesOf(schema.safeParse(document).error);
  return {
    schema,
    secrets,
    budget: budget ?? null,
    throttleFloorMs: throttleFloorMs ?? 0,
    acknowledges: reporter.acknowledges ?? false,
    check,
    open(document, deps) {
      const parsed = schema.safeParse(document);
      if (parsed.success) return withCare(create(parsed.data, deps), remedies);
      const issues = issuesOf(parsed.error);
      throw new UserError('bad-request', `channel: ${issues[0]?.path}: ${issues[0]?.message}`, { issues });
    },
  };
}

/** A secret: plain text, `{env: NAME}` or `{file: PATH}`, read when the channel is opened. */
export const secretField = z
  .union([z.string().min(1), z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
    error: 'expected a text, {env: NAME} or {file: PATH}',
  })
  .transform((value, context) => {
    if (typeof value === 'string') return new Secret(value);
    const text = 'env' in value ? process.env[value.env] : readSecretFile(value.file);
    if (text) return new Secret(text);
    const what = 'env' in value ? `environment variable ${value.env} is not set` : `cannot read the file ${value.file}`;
    context.addIssue({ code: 'custom', message: what });
    return z.NEVER;
  });

/** A secret that is an http or https address: whoever knows it can send. A query is part of it. */
export const secretUrlField = secretField.refine(
  secret => URL.canParse(secret.reveal()) && /^https?:$/.test(new URL(secret.reveal()).protocol),
  'expected an http:// or https:// address',
);

/** An http or https address without credentials, query or fragment; a path is kept, a trailing slash is not. */
export const baseUrlField = z
  .string()
  .refine(text => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  }, 'expected an http:// or https:// address without credentials or query')
  .transform(text => text.replace(/\/+$/, ''));

/** What every channel does alike: only whole characters go out, and a failure comes back with its remedy. */
function withCare(notifier: Notifier, remedies: Readonly<Record<string, string>>): Notifier {
  return {
    async send(message, options, signal) {
      const result = await notifier.send(wellFormed(message), wellFormed(options), signal);
      const remedy = result.kind === 'sent' ? undefined : remedies[result.class];
      return result.kind === 'sent' || remedy === undefined ? result : { ...result, remedy };
    },
    close: () => notifier.close(),
  };
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

function issuesOf(error: z.ZodError | undefined): InputIssue[] {
  return (error?.issues ?? []).map(issue => ({ path: issue.path.join('.'), message: issue.message }));
}
