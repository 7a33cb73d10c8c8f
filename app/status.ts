/** What /api/v1/status and /readyz say: streams, stores, rules, channels, dead letters. */
import type { ClusterStatus } from '../collector/broker-positions.ts';
import type { DeadLetter } from '../collector/dead-letter.ts';
import type { SourceStatus } from '../collector/source.ts';
import { STREAMS } from '../collector/source.ts';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Readiness } from '../web/api/server.ts';
import type { AppConfig } from './config.ts';
import type { Evaluation } from './evaluation.ts';
import type { Handover } from './handover.ts';
import type { LeaseKeeper } from './lease.ts';
import type { Slot } from './slot.ts';
import type { DataStores } from './stores.ts';
import { VERSION } from './version.ts';

const PING_MS = 2000;
const RATE_EVERY_MS = 10_000;
const RATE_SAMPLES = 7;

export interface StatusParts {
  readonly config: () => AppConfig;
  readonly state: StateStore;
  readonly data: Slot<DataStores>;
  readonly evaluation: Slot<Evaluation>;
  /** How the clusters polled here stand; none where another daemon polls. */
  readonly clusters: () => readonly ClusterStatus[];
  readonly lease: () => LeaseKeeper | null;
  readonly handover: Pick<Handover, 'status'>;
  /** Null without a source but the HTTP intake. */
  readonly source: () => SourceStatus | null;
  readonly deadLetter: DeadLetter;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly demo: boolean;
}

/** Records per second of each stream over the last minute, from counts taken every ten seconds. */
class Rates {
  readonly #samples: { readonly at: number; readonly counts: ReadonlyMap<string, number> }[] = [];

  take(at: number, counts: ReadonlyMap<string, number>): void {
    this.#samples.push({ at, counts });
    if (this.#samples.length > RATE_SAMPLES) this.#samples.shift();
  }

  of(stream: string): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || first === last) return 0;
    return (((last.counts.get(stream) ?? 0) - (first.counts.get(stream) ?? 0)) * 1000) / (last.at - first.at);
  }
}

/** Answers for the API; built once. */
export function createStatus(parts: StatusParts) {
  const { telemetry, clock } = parts;
  const startedAt = clock.now();
  const rates = new Rates();

  let cancelSample: () => void = () => undefined;
  async function sample(): Promise<void> {
    const { values } = await telemetry.recordsIn.get();
    rates.take(clock.now(), new Map(values.map(({ labels, value }) => [String(labels.stream), value])));
    cancelSample = clock.after(RATE_EVERY_MS, () => void sample());
  }
  void sample();

  async function ping(name: string, store: { ping(signal?: AbortSignal): Promise<void> } | undefined) {
    if (!store) return { name, ok: false, detail: 'not open yet' };
    const timeout = new AbortController();
    const cancel = clock.after(PING_MS, () => timeout.abort(new Error(`no answer within ${PING_MS} ms`)));
    try {
      await store.ping(timeout.signal);
      return { name, ok: true, detail: 'answers' };
    } catch (error) {
      return { name, ok: false, detail: (error as Error).message };
    } finally {
      cancel();
    }
  }

  const pings = () =>
    Promise.all([
      ping('state', parts.state),
      ping('logs', parts.data.peek()?.logs),
      ping('metrics', parts.data.peek()?.metrics),
    ]);

  async function streams() {
    const errors = new Map<string, Record<string, number>>();
    for (const { labels, value } of (await telemetry.recordsRejected.get()).values) {
      const of = errors.get(String(labels.stream)) ?? {};
      of[String(labels.code)] = value;
      errors.set(String(labels.stream), of);
    }
    const fromKafka = parts.source()?.streams ?? [];
    return STREAMS.map(stream => {
      const kafka = fromKafka.find(s => s.stream === stream);
      return {
        stream,
        topic: kafka?.topic ?? 'http',
        watermark: kafka ? kafka.watermark : clock.now(),
        lag: kafka ? kafka.lag : 0,
        rate_per_second: Math.round(rates.of(stream) * 10) / 10,
        errors: errors.get(stream) ?? {},
        paused: kafka?.paused ?? false,
      };
    });
  }

  async function status(): Promise<object> {
    const data = parts.data.peek();
    const evaluation = parts.evaluation.peek();
    const [stores, logStats, metricStats] = await Promise.all([
      pings(),
      data?.logs.stats().catch(() => null),
      data?.metrics.stats().catch(() => null),
    ]);
    const rules = evaluation?.rules.list() ?? [];
    const deliveries = await parts.state.listOutbox({ limit: 500 }).catch(() => ({ items: [] }));
    const dead = parts.deadLetter.stats();
    return {
      version: VERSION,
      mode: parts.config().elasticsearch ? 'production' : 'embedded',
      now: clock.now(),
      started_at: startedAt,
      roles: parts.config().roles,
      evaluating: parts.lease()?.held ?? false,
      streams: await streams(),
      stores: stores.map(s => ({
        ...s,
        ...(s.name === 'logs' && logStats ? { lines: logStats.lines, bytes: logStats.bytes } : {}),
        ...(s.name === 'metrics' && metricStats
          ? { series: metricStats.series, points: metricStats.points, bytes: metricStats.bytes }
          : {}),
      })),
      rules: {
        total: rules.length,
        behind: evaluation?.engine.behind() ?? 0,
        error: rules.filter(r => r.health.state === 'error').length,
      },
      channels: (evaluation?.channels.list() ?? []).map(c => ({
        id: c.id,
        name: c['name'],
        type: c['type'],
        pending: deliveries.items.filter(
          d => d.channel === c['name'] && (d.status === 'pending' || d.status === 'retrying'),
        ).length,
        dead: deliveries.items.filter(d => d.channel === c['name'] && d.status === 'dead').length,
      })),
      clusters: parts.clusters().map(({ polledAt, cycleMs, ...cluster }) => ({
        ...cluster,
        polled_at: polledAt,
        cycle_ms: cycleMs,
      })),
      lag: parts.handover.status(),
      dead_letters: { total: dead.kept + dead.lost, kept: dead.kept },
      demo: parts.demo,
    };
  }

  async function readiness(): Promise<Readiness> {
    const checks = (await pings()).map(s => ({ name: `store:${s.name}`, ok: s.ok, detail: s.detail }));
    const source = parts.source();
    if (source) {
      const { ready, detail } = source;
      checks.push({ name: 'kafka', ok: ready, detail });
    }
    if (parts.config().roles.includes('evaluate')) {
      const lease = parts.lease();
      const evaluating = parts.evaluation.peek() !== null;
      const standby = lease !== null && !lease.held;
      checks.push({
        name: 'evaluate',
        // In production a standby serves reads, so it is ready; embedded data has one owner.
        ok: evaluating || (standby && parts.data.peek() !== null),
        detail: evaluating ? 'evaluating' : standby ? 'standby: another daemon holds the lease' : 'starting',
      });
    }
    return { ready: checks.every(c => c.ok), checks };
  }

  /** Ends the counting. */
  const stop = (): void => cancelSample();

  return { status, readiness, streams, stop };
}
