/**
 * OpenLineage out: tells other systems of every job submission, status change and new version (`lineage.events` of the configuration).
 * Runs with evaluation, so that of several daemons one tells. It listens to the graph and never stands in the way of the intake.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { Clusters } from '../lineage/graph/clusters.ts';
import { NODE_ID } from '../lineage/graph/fragment.ts';
import type { JobInfo } from '../lineage/graph/job-registry.ts';
import { type JobDatasets, jobDatasets } from '../lineage/openlineage/datasets.ts';
import type { Told } from '../lineage/openlineage/emission.ts';
import { stepEvent } from '../lineage/openlineage/events.ts';
import { FacetMaker } from '../lineage/openlineage/facets.ts';
import { tableNames } from '../lineage/openlineage/table-names.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';
import { EventSender } from './lineage-events/sender.ts';
import { type EventTarget, fileTarget, httpTarget } from './lineage-events/target.ts';
import { settingsText } from './reload.ts';
import { VERSION } from './version.ts';

export interface LineageEventParts {
  readonly config: () => AppConfig;
  readonly lineage: LineageService;
  readonly state: Pick<StateStore, 'list' | 'putMany'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random?: () => number;
}

export interface LineageEvents {
  /** Takes over the targets of a configuration. */
  reload(config: AppConfig): Promise<void>;
  stop(): Promise<void>;
}

type EventsConfig = AppConfig['lineage']['events'][number];

/** The graph is looked through at most this often, ms. */
const LOOK_MS = 1000;
/** Characters of a target's key in the ids of what it was told. */
const KEY_LENGTH = 10;

/** Target's key -> job -> what it was told. */
type Known = Map<string, Map<string, Told>>;

/** Starts to tell what is new since the last start. Rejects with `StoreAwayError`. */
export async function startLineageEvents(parts: LineageEventParts): Promise<LineageEvents> {
  const known: Known = new Map();
  for (const { id, body } of await parts.state.list<Told>('lineage_told')) {
    const [key = '', job = ''] = [id.slice(0, KEY_LENGTH), id.slice(KEY_LENGTH + 1)];
    known.set(key, (known.get(key) ?? new Map<string, Told>()).set(job, body));
  }
  let config = parts.config();
  let running = startTargets(parts, config, known);
  return {
    async reload(changed) {
      if (settingsText(config.lineage) === settingsText(changed.lineage)) return;
      // The new ones begin where the old ones have stopped: two at once would tell the same twice.
      await running.stop();
      config = changed;
      running = startTargets(parts, config, known);
    },
    stop: () => running.stop(),
  };
}

function startTargets(parts: LineageEventParts, config: AppConfig, known: Known): { stop(): Promise<void> } {
  const { lineage, clock } = parts;
  const maker = new FacetMaker(config.lineage.producer ?? `urn:tidewatch:${VERSION}`);
  const targets = config.lineage.events.map(target => targetOf(target, config.baseDir, clock));
  const senders = targets.map(target => startSender(target, maker, known, parts));
  if (senders.length === 0) return { stop: async () => undefined };
  const seen = new Map<string, Fingerprint>();
  let cancel: (() => void) | null = null;
  const look = (): void => {
    cancel = null;
    for (const job of lineage.jobs()) {
      const now = fingerprint(job);
      if (seen.get(job.name)?.every((part, i) => part === now[i])) continue;
      seen.set(job.name, now);
      for (const sender of senders) sender.note(job.name);
    }
  };
  const ignore = lineage.onChange(() => {
    cancel ??= clock.after(LOOK_MS, look);
  });
  look();
  return {
    async stop() {
      ignore();
      cancel?.();
      await Promise.all(senders.map(sender => sender.stop()));
    },
  };
}

/** What of a job is worth a look when it changes. */
type Fingerprint = readonly unknown[];

function fingerprint({ sql, session, owner, runs, events }: JobInfo): Fingerprint {
  const last = events.at(-1);
  return [sql, session, owner, runs.length, runs.at(-1)?.jobId, last?.ts, last?.status, last?.jobId];
}

function startSender(target: EventTarget, maker: FacetMaker, known: Known, parts: LineageEventParts): EventSender {
  const { lineage, state, clock, telemetry, logger, random = Math.random } = parts;
  const key = createHash('sha1').update(target.name).digest('base64url').slice(0, KEY_LENGTH);
  const told = known.get(key) ?? new Map<string, Told>();
  known.set(key, told);
  const sender = new EventSender({
    target,
    told,
    job: name => lineage.job(name),
    event: (job, step) => {
      const datasets = step.isFull ? datasetsOf(job, parts, maker) : null;
      return stepEvent({ namespace: 'flink', name: job.name, owner: job.owner, sql: job.sql }, step, datasets, maker);
    },
    keep: async batch => {
      const docs = [...batch].map(([name, body]) => ({ id: `${key} ${name}`, body: { ...body } satisfies Json }));
      await state.putMany('lineage_told', docs);
    },
    random,
    clock,
    telemetry,
    logger,
  });
  sender.start();
  return sender;
}

function targetOf({ url, file, headers, auth }: EventsConfig, baseDir: string, clock: Clock): EventTarget {
  if (url === undefined) return fileTarget(resolve(baseDir, file ?? ''));
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) sent[name] = value.reveal();
  if (auth !== undefined) sent['authorization'] = authorization(auth);
  return httpTarget({ url, headers: sent }, clock);
}

function authorization({ username = '', password, token }: NonNullable<EventsConfig['auth']>): string {
  if (token !== undefined) return `Bearer ${token.reveal()}`;
  return `Basic ${Buffer.from(`${username}:${password?.reveal() ?? ''}`).toString('base64')}`;
}

/** A job the graph has nothing of reads and writes nothing that is known. */
function datasetsOf(info: JobInfo, { lineage, config }: LineageEventParts, maker: FacetMaker): JobDatasets {
  const job = NODE_ID.job(info.name);
  try {
    const graph = lineage.graph({ root: job, depth: 1, columns: true });
    const origins = lineage.columns({ of: job, depth: 1 }).columns;
    const names = tableNames(info, new Clusters(config().clusters));
    return jobDatasets({ job, graph, origins, tableNames: names }, maker);
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-found') return { inputs: [], outputs: [] };
    throw error;
  }
}
