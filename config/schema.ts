/**
 * The shared part of the configuration: one zod tree with every default in it. Documents that belong to adapters (channels) or to
 * other folders (reports, routes) are filled in by `app/config.ts`, so that this folder never imports them.
 */
import { z } from 'zod';
import { isHostEntry } from '../model/host-list.ts';
import { brokerField, durationField, urlField } from './fields.ts';
import { secretField } from './secret.ts';
import { tlsField } from './tls.ts';

/** How to log in to brokers. */
const login = {
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: z.string(),
      password: secretField,
    })
    .optional(),
  tls: tlsField.optional(),
};

const cluster = z.strictObject({
  brokers: z.array(brokerField).min(1),
  ...login,
  poll: durationField.prefault('10s').refine(ms => ms >= 1000, { error: 'expected at least 1s' }),
  /** Patterns of what is polled beside the topics and groups of known jobs. */
  topics: z.array(z.string().min(1)).default([]),
  groups: z.array(z.string().min(1)).default([]),
});

const kafka = z.strictObject({
  brokers: z.array(brokerField).min(1),
  group: z.string().min(1).default('tidewatch'),
  client_id: z.string().min(1).default('tidewatch'),
  ...login,
  topics: z
    .strictObject({
      metrics: z.string().min(1).default('tidewatch.metrics'),
      logs: z.string().min(1).default('tidewatch.logs'),
      jobs: z.string().min(1).default('tidewatch.jobs'),
      offsets: z.string().min(1).default('tidewatch.offsets'),
      nifi: z.string().min(1).default('nifi.status'),
      druid: z.string().min(1).default('druid.metrics'),
    })
    .prefault({}),
});

const elasticsearch = z.strictObject({
  /** A user and password in it are those of `auth`. */
  node: urlField,
  index_prefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected lower-case letters, digits, - and _')
    .default('tidewatch'),
  auth: z
    .strictObject({
      username: z.string().optional(),
      password: secretField.optional(),
      api_key: secretField.optional(),
    })
    .refine(auth => (auth.api_key === undefined) !== (auth.username === undefined || auth.password === undefined), {
      error: 'expected {username, password} or {api_key}',
    })
    .optional(),
  tls: tlsField.optional(),
  refresh_interval: durationField.prefault('5s'),
});

/** The dead man's switch: somebody outside who hears from the daemon while it evaluates, and raises the alarm when it falls silent. */
const heartbeat = z
  .strictObject({
    /** Called with the method below, as healthchecks and Dead Man's Snitch expect; may hold a token. */
    url: secretField
      .refine(url => urlField.safeParse(url.reveal()).success, 'expected an http:// or https:// address')
      .optional(),
    /** `alertmanager` posts one firing alert `Watchdog` to an Alertmanager's `/api/v2/alerts`. */
    format: z.enum(['get', 'post', 'alertmanager']).default('get'),
    /** A channel that gets the alert `Watchdog` instead. */
    channel: z.string().min(1).optional(),
    every: durationField.prefault('1m').refine(ms => ms >= 1000, { error: 'expected at least 1s' }),
  })
  .refine(({ url, channel }) => (url === undefined) !== (channel === undefined), {
    error: 'expected one of url and channel',
  });

/** Somebody who is told of jobs in OpenLineage's words: an address, or a file of NDJSON. */
const lineageTarget = z
  .strictObject({
    url: urlField.optional(),
    /** Relative to the configuration's folder. */
    file: z.string().min(1).optional(),
    headers: z.record(z.string().min(1), secretField).default({}),
    auth: z
      .strictObject({
        username: z.string().optional(),
        password: secretField.optional(),
        token: secretField.optional(),
      })
      .refine(auth => (auth.token === undefined) !== (auth.username === undefined || auth.password === undefined), {
        error: 'expected {username, password} or {token}',
      })
      .optional(),
  })
  .refine(target => (target.url === undefined) !== (target.file === undefined), {
    error: 'expected either url or file',
  });

const httpAuth = z.strictObject({ username: z.string().min(1).default('admin'), password: secretField });

/** What every process shares; unknown keys are refused. Durations are milliseconds after parsing. */
export const sharedConfig = z.strictObject({
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8686),
      public_url: urlField.optional(),
      auth: httpAuth.optional(),
    })
    .prefault({}),
  data_dir: z.string().min(1).default('./data'),
  roles: z
    .array(z.enum(['collect', 'evaluate', 'web']))
    .min(1)
    .default(['collect', 'evaluate', 'web']),
  kafka: kafka.optional(),
  clusters: z.record(z.string().min(1), cluster).default({}),
  elasticsearch: elasticsearch.optional(),
  retention: z
    .strictObject({
      logs: durationField.prefault('7d'),
      metrics: durationField.prefault('15d'),
      rollups: durationField.prefault('90d'),
      /** Jobs that ended: how long the lineage graph still shows them. */
      ended_jobs: durationField.prefault('30d'),
      per_job: z.record(z.string(), z.strictObject({ logs: durationField })).default({}),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      include: z.array(z.string()).default([]),
      exclude: z.array(z.string()).default([]),
      max_series: z.int().min(1).default(200_000),
      /** Scope formats of dotted identifiers, as in Flink's `metrics.scope.*`; tried before Flink's and OStream's own. */
      scope: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  alerting: z
    .strictObject({
      rules: z.array(z.string()).default([]),
      delay: durationField.prefault('30s'),
      max_wait: durationField.prefault('5m'),
      meta_receivers: z.array(z.string()).default([]),
      heartbeat: heartbeat.optional(),
      /** Private hosts, addresses and networks that channels made over the API may reach; absent: `app/channel-reach.ts`. */
      allow_private: z
        .array(z.string().refine(isHostEntry, 'expected a host name, an address or a network such as 10.0.0.0/8'))
        .max(1000)
        .optional(),
      /** Rules every job gets; the fields are those of `alerting/generated/settings.ts`. */
      generated: z.record(z.string(), z.json()).default({}),
    })
    .prefault({}),
  lineage: z
    .strictObject({
      events: z.array(lineageTarget).max(10).default([]),
      /** `producer` of the events: a URI that names this daemon. */
      producer: z.url({ error: 'expected a URI' }).optional(),
    })
    .prefault({}),
  /** Daily mail about the reports; to each owner of `owners` about the owner's, or about all of them to `receivers`. */
  digest: z
    .strictObject({
      schedule: z.string().default('0 9 * * *'),
      zone: z.string().default('UTC'),
      receivers: z.array(z.string().min(1)).min(1).optional(),
    })
    .optional(),
  receivers: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  owners: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  redaction: z
    .strictObject({ enabled: z.boolean().default(true), patterns: z.array(z.string()).default([]) })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') })
    .prefault({}),
});
export type SharedConfig = z.infer<typeof sharedConfig>;

/** Hosts only this machine reaches. */
export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** Rules that span several keys; each issue names the key to change. */
export function checkAcross(config: SharedConfig): { path: (string | number)[]; message: string }[] {
  const issues: { path: (string | number)[]; message: string }[] = [];
  if (!LOOPBACK.test(config.http.host) && !config.http.auth) {
    issues.push({
      path: ['http', 'host'],
      message: `listening on ${config.http.host} needs http.auth {username, password}; or listen on 127.0.0.1`,
    });
  }
  if (config.elasticsearch?.tls && config.elasticsearch.node.startsWith('http:')) {
    issues.push({ path: ['elasticsearch', 'node'], message: 'elasticsearch.tls needs an https:// address' });
  }
  config.redaction.patterns.forEach((pattern, i) => {
    try {
      new RegExp(pattern, 'gu');
    } catch (error) {
      issues.push({ path: ['redaction', 'patterns', i], message: (error as Error).message });
    }
  });
  return issues;
}
