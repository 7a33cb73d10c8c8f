/** Dispatch and outbox on a real embedded store, a clock that stands still, and channels that answer what a test says. */

import type { Intent } from '../../../alerting/intent.ts';
import { Acks } from '../../../alerting/notify/ack.ts';
import { AckLinks } from '../../../alerting/notify/ack-link.ts';
import type { ActiveChannel } from '../../../alerting/notify/channel.ts';
import { createLinks } from '../../../alerting/notify/compose.ts';
import type {
  CauseSource,
  ChartSource,
  ImpactSource,
  LogSource,
  PathSource,
} from '../../../alerting/notify/context.ts';
import { deliveries } from '../../../alerting/notify/deliveries.ts';
import { Dispatcher } from '../../../alerting/notify/dispatch.ts';
import type { Latest } from '../../../alerting/notify/flush.ts';
import {
  compileInhibition,
  type FiringAlert,
  type Inhibition,
  InhibitionDocument,
} from '../../../alerting/notify/inhibit.ts';
import { Judge } from '../../../alerting/notify/judge.ts';
import type { Message } from '../../../alerting/notify/message.ts';
import type { SendOptions, SendResult } from '../../../alerting/notify/notifier.ts';
import { Outbox } from '../../../alerting/notify/outbox.ts';
import type { Directory } from '../../../alerting/notify/receivers.ts';
import { compileRoute, type Route, RouteDocument } from '../../../alerting/notify/route.ts';
import { compileSilence, type Silence, SilenceDocument } from '../../../alerting/notify/silence.ts';
import { ManualClock } from '../../../model/clock.ts';
import type { Labels } from '../../../model/labels.ts';
import { createTelemetry } from '../../../model/telemetry.ts';
import { openSqliteStateStore } from '../../../store/sqlite/state-store.ts';
import type { OutboxRow, StateStore } from '../../../store/state-store.ts';

export const START = Date.parse('2026-11-21T10:00:00Z');
export const MINUTE = 60_000;
/** How often dispatch and outbox look by themselves. */
const POLL_MS = 1_000;

/** Lets a test do the looking: while time passes in steps, what would look by itself in between does not. */
class SteppedClock extends ManualClock {
  pollMs = POLL_MS;

  override after(ms: number, fn: () => void): () => void {
    return super.after(ms === POLL_MS ? this.pollMs : ms, fn);
  }
}

/** What one channel was asked to send, in order. */
export interface Sent {
  readonly channel: string;
  readonly at: number;
  readonly message: Message;
  readonly options: SendOptions;
  readonly result: SendResult['kind'];
}

export interface Harness {
  readonly clock: ManualClock;
  readonly store: StateStore;
  readonly sent: Sent[];
  /** What a channel answers; absent takes everything. May be changed at any time. */
  readonly answers: Map<
    string,
    (message: Message, options: SendOptions, signal: AbortSignal) => SendResult | Promise<SendResult>
  >;
  readonly channels: Map<string, ActiveChannel>;
  readonly receivers: Map<string, readonly string[]>;
  readonly owners: Map<string, readonly string[]>;
  routes: Route[];
  metaReceivers: string[];
  silences: Silence[];
  inhibitions: Inhibition[];
  /** Alerts that fire, as evaluation sees them; inhibitions look here. */
  firing: FiringAlert[];
  paths: PathSource;
  readonly acks: Acks;
  /** Rows given up, by channel. */
  readonly dead: string[];
  nextTick: (ruleId: string) => number | null;
  /** What evaluation has of an alert by now. */
  latest: Latest;
  isEvaluating: boolean;
  /** What the outbox is told of rows being written. */
  isFilling: boolean;
  impact: ImpactSource;
  logs: LogSource;
  charts: ChartSource;
  causes: CauseSource;
  /** Commits intents as evaluation does. */
  commit(...intents: Intent[]): Promise<void>;
  /** One dispatch round and everything the outbox can send now. */
  settle(): Promise<void>;
  /** Moves the clock step by step (1 s), settling each time. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Throws away dispatcher and outbox as a kill would, and starts new ones on the same store. */
  restart(through?: StateStore): void;
  rows(): Promise<readonly OutboxRow[]>;
  outcomes(channel: string): Promise<Record<string, number>>;
}

/** `through` stands between the daemon and its store, so that a test can make it fail. */
export function makeHarness(store = openSqliteStateStore({ path: ':memory:' }), through: StateStore = store): Harness {
  const clock = new SteppedClock(START);
  const telemetry = createTelemetry();
  const logger = { warn: () => {}, error: () => {} };
  const sent: Sent[] = [];
  let dispatcher: Dispatcher;
  let outbox: Outbox;
  let acks: Acks;
  const ackLinks = new AckLinks(Buffer.from('secret'), 'http://tw.example/');
  let commits = 0;
  const versions = new Map<string, string>();

  const harness: Harness = {
    clock,
    store,
    sent,
    answers: new Map(),
    channels: new Map(),
    receivers: new Map(),
    owners: new Map(),
    routes: [],
    metaReceivers: [],
    silences: [],
    inhibitions: [],
    firing: [],
    paths: { nodeOf: () => null, upstreamOf: () => new Set() },
    get acks() {
      return acks;
    },
    dead: [],
    nextTick: () => null,
    latest: one => one,
    isEvaluating: false,
    isFilling: false,
    impact: { ownerOf: () => '', affects: () => [] },
    logs: { explain: async () => null },
    charts: { chart: async () => null },
    causes: { cause: async () => null },
    async commit(...intents) {
      const rule = `test-${commits++}`;
      const bodies = intents.map(intent => ({ id: intent.id, body: JSON.parse(JSON.stringify(intent)) }));
      const version = await store.commitTick(rule, null, {
        cursor: null,
        groups: new Map(),
        intents: bodies,
        ticks: [],
      });
      versions.set(rule, version);
    },
    async settle() {
      await acks.load();
      await dispatcher.pump();
      await outbox.pump();
    },
    async pass(ms, stepMs = 1_000) {
      clock.pollMs = stepMs + 1;
      for (let done = 0; done < ms; done += stepMs) {
        await clock.advance(Math.min(stepMs, ms - done));
        if (done + stepMs >= ms) clock.pollMs = POLL_MS;
        await harness.settle();
      }
    },
    restart(other = store) {
      void dispatcher.stop();
      void outbox.stop();
      open(other);
    },
    async rows() {
      return (await store.listOutbox({ limit: 100_000 })).items;
    },
    async outcomes(channel) {
      const metric = await telemetry.notifications.get();
      const mine = metric.values.filter(value => value.labels['channel'] === channel && value.value > 0);
      return Object.fromEntries(mine.map(value => [String(value.labels['outcome']), value.value]));
    },
  };

  const judge = (): Judge =>
    new Judge({
      silences: harness.silences,
      inhibitions: harness.inhibitions,
      firing: () => harness.firing,
      paths: harness.paths,
      impact: harness.impact,
      acks,
    });

  function open(state: StateStore): void {
    acks = new Acks(store, clock);
    outbox = new Outbox({
      state,
      channel: name => harness.channels.get(name) ?? null,
      judge,
      isFilling: () => harness.isFilling,
      onAttempt: row => void (row.status === 'dead' && harness.dead.push(row.channel)),
      clock,
      telemetry,
      logger,
      random: () => 0.5,
    });
    dispatcher = new Dispatcher({
      state,
      routes: () => harness.routes,
      directory: (): Directory => ({
        receivers: harness.receivers,
        channels: new Set(harness.channels.keys()),
        owners: harness.owners,
        metaReceivers: harness.metaReceivers,
      }),
      impact: { ownerOf: labels => harness.impact.ownerOf(labels), affects: labels => harness.impact.affects(labels) },
      logs: { explain: (...asked) => harness.logs.explain(...asked) },
      charts: { chart: (...asked) => harness.charts.chart(...asked) },
      causes: { cause: (...asked) => harness.causes.cause(...asked) },
      judge,
      acks,
      nextTick: rule => harness.nextTick(rule),
      latest: one => harness.latest(one),
      isEvaluating: () => harness.isEvaluating,
      links: createLinks('http://tw.example/', ackLinks),
      clock,
      telemetry,
      logger,
    });
  }
  open(through);
  return harness;
}

/** Adds a channel that records what it is sent. */
export function addChannel(harness: Harness, name: string, over: Partial<ActiveChannel> = {}): void {
  harness.channels.set(name, {
    name,
    type: 'fake',
    notifier: {
      async send(message, options, signal) {
        const result = (await harness.answers.get(name)?.(message, options, signal)) ?? { kind: 'sent' as const };
        harness.sent.push({ channel: name, at: harness.clock.now(), message, options, result: result.kind });
        return result;
      },
      close: async () => {},
    },
    retry: { minMs: 1_000, maxMs: 5 * MINUTE, giveUpMs: 24 * 60 * MINUTE },
    throttleFloorMs: 0,
    budget: null,
    fallback: null,
    ...over,
  });
}

export function addRoute(harness: Harness, id: string, document: object): void {
  harness.routes.push(compileRoute(id, RouteDocument.parse(document)));
}

/** A firing of one topic of one rule; `kind` and the rest as given. */
export function intent(topic: string, over: Partial<Intent> = {}): Intent {
  const { kind = 'firing', t = START, startsAt = START, ruleId = 'r1', severity = 'warning' } = over;
  const labels: Labels = { alertname: `rule ${ruleId}`, severity, topic };
  return {
    id: `${ruleId}-${topic}-${startsAt}-${kind}-${t}`,
    ruleId,
    ruleName: `rule ${ruleId}`,
    groupKey: `topic=${topic}`,
    t,
    kind,
    episode: `${ruleId}-${topic}-${startsAt}`,
    labels,
    severity,
    activeAt: startsAt,
    startsAt,
    endsAt: kind === 'resolved' ? t : null,
    values: [12_345],
    formula: `lag(${topic}) 12,345 > 10,000`,
    summary: `${topic} is behind`,
    annotations: [{ name: topic, value: '12,345' }],
    late: false,
    receivers: ['oncall'],
    zone: 'Asia/Shanghai',
    ...over,
  };
}

/** The end of what `intent(topic, over)` began. */
export function end(topic: string, t: number, over: Partial<Intent> = {}): Intent {
  return intent(topic, { ...over, kind: 'resolved', t });
}

/** `channel kind: topics` of each delivered message, in order. */
export function told(harness: Harness): string[] {
  return harness.sent
    .filter(sent => sent.result === 'sent')
    .map(({ channel, message }) => {
      const topics = message.alerts.map(alert => alert.labels['topic'] ?? '').sort();
      return `${channel} ${message.status}: ${topics.join(' ')}`;
    });
}

/** A silence of everything with this topic, from one offset of START to another. */
export function addSilence(harness: Harness, topic: string, from: number, to: number, more: object = {}): void {
  const document = { matchers: { topic }, starts_at: START + from, ends_at: START + to, ...more };
  harness.silences.push(compileSilence(`silence-${topic}`, SilenceDocument.parse(document)));
}

export function addInhibition(harness: Harness, id: string, document: object): void {
  harness.inhibitions.push(compileInhibition(id, InhibitionDocument.parse(document)));
}

/** Makes the alert of an intent one that fires, as evaluation would say. */
export function fires(harness: Harness, ...intents: Intent[]): void {
  for (const { episode, labels, startsAt } of intents) harness.firing.push({ id: episode, labels, startsAt });
}

/** The alert has ended. */
export function endsFiring(harness: Harness, episode: string): void {
  harness.firing = harness.firing.filter(alert => alert.id !== episode);
}

/** `channel: why (topics)` of everything that was not told, oldest first. */
export async function untold(harness: Harness): Promise<string[]> {
  const { items } = await deliveries(harness.store, { limit: 500, status: 'suppressed' });
  return items
    .toReversed()
    .filter(item => item.withheld !== undefined)
    .map(({ channel, kind, withheld, alerts }) => {
      const topics = alerts.map(({ labels }) => labels['topic'] ?? '').sort();
      return `${channel} ${kind} ${withheld?.reason} ${withheld?.by}: ${topics.join(' ')}`;
    });
}
