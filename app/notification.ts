/** Who is told what: the documents that decide it, dispatch and the outbox, wired to evaluation and the graph. */
import type { Logger } from 'pino';
import type { Engine } from '../alerting/engine.ts';
import { Acks } from '../alerting/notify/ack.ts';
import { AckLinks, ackLinkSecret } from '../alerting/notify/ack-link.ts';
import { tellAck } from '../alerting/notify/ack-notice.ts';
import {
  INHIBITIONS,
  RECEIVERS,
  type ReceiverDocument,
  ROTAS,
  ROUTES,
  SILENCES,
} from '../alerting/notify/alert-documents.ts';
import type { ChannelService } from '../alerting/notify/channel-service.ts';
import { createLinks } from '../alerting/notify/compose.ts';
import type { CauseSource, ChartSource, ImpactSource, LogSource } from '../alerting/notify/context.ts';
import { Dispatcher } from '../alerting/notify/dispatch.ts';
import { DocumentSet } from '../alerting/notify/document-set.ts';
import type { Inhibition, InhibitionDocument } from '../alerting/notify/inhibit.ts';
import { Judge } from '../alerting/notify/judge.ts';
import { Outbox } from '../alerting/notify/outbox.ts';
import { type Directory, resolveReceivers } from '../alerting/notify/receivers.ts';
import { onCall, type RotaDocument } from '../alerting/notify/rota.ts';
import { inOrder, type Route, type RouteDocument } from '../alerting/notify/route.ts';
import type { Silence, SilenceDocument } from '../alerting/notify/silence.ts';
import { forgetEnded } from '../alerting/notify/silence-life.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { OutboxRow, StateStore } from '../store/state-store.ts';
import { createAlertPaths } from './alert-paths.ts';
import type { AppConfig } from './config.ts';

const TIDY_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface NotificationParts {
  /** Read anew at every use, so that a reload needs no restart. */
  readonly config: () => AlertingConfig;
  readonly publicUrl: string;
  readonly state: StateStore;
  readonly engine: Pick<Engine, 'firing' | 'nextTick' | 'latest'>;
  readonly channels: Pick<ChannelService, 'active' | 'names'>;
  readonly lineage: Pick<LineageService, 'graph' | 'onChange'>;
  readonly impact: ImpactSource;
  readonly logSource: LogSource;
  readonly chartSource: ChartSource;
  readonly causeSource: CauseSource;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** True while a round of evaluation is under way. */
  readonly isEvaluating?: () => boolean;
  /** Called with each row of the outbox after an attempt at it. */
  readonly onAttempt?: (row: OutboxRow) => void;
}

/** What of the configuration decides who is told. */
export type AlertingConfig = Pick<
  AppConfig,
  'routes' | 'silences' | 'inhibitions' | 'rotas' | 'receivers' | 'owners'
> & {
  readonly alerting: Pick<AppConfig['alerting'], 'meta_receivers'>;
};

export interface Notification {
  readonly receivers: DocumentSet<ReceiverDocument, ReceiverDocument>;
  readonly routes: DocumentSet<RouteDocument, Route>;
  readonly silences: DocumentSet<SilenceDocument, Silence>;
  readonly inhibitions: DocumentSet<InhibitionDocument, Inhibition>;
  readonly rotas: DocumentSet<RotaDocument, RotaDocument>;
  readonly acks: Acks;
  readonly ackLinks: AckLinks;
  /** Silences, inhibitions and acknowledgements as they stand. */
  judge(): Judge;
  /** Routes in the order in which they are tried. */
  routing(): readonly Route[];
  /** Who may be told, as of now. */
  directory(): Directory;
  /** Channels told about the daemon itself. */
  metaChannels(): readonly string[];
  /** Begins to dispatch and to send. */
  start(): void;
  /** Looks for news now. */
  wake(): void;
  reload(config: AlertingConfig): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Reads what is stored; nothing is told before `start`. Rejects with `StoreAwayError`. */
export async function openNotification(parts: NotificationParts): Promise<Notification> {
  const { state, engine, channels, lineage, impact, clock, telemetry, logger, publicUrl } = parts;
  const options = { state, clock, logger };
  const receivers = new DocumentSet(RECEIVERS, options);
  const routes = new DocumentSet(ROUTES, options);
  const silences = new DocumentSet(SILENCES, options);
  const inhibitions = new DocumentSet(INHIBITIONS, options);
  const rotas = new DocumentSet(ROTAS, options);
  const acks = new Acks(state, clock, async ack => {
    const channel = (name: string) => channels.active(name);
    const firing = () => engine.firing();
    if ((await tellAck(ack, { state, channel, firing, links: createLinks(publicUrl), clock })) > 0) outbox.wake();
  });
  const load = async (config: AlertingConfig): Promise<void> => {
    const named = Object.entries(config.receivers).map(([name, members]) => ({ name, channels: [...members] }));
    await Promise.all([
      receivers.load(named),
      routes.load(config.routes),
      silences.load(config.silences),
      inhibitions.load(config.inhibitions),
      rotas.load(config.rotas),
    ]);
  };
  await load(parts.config());
  await acks.load();
  const ackLinks = new AckLinks(await ackLinkSecret(state), publicUrl);
  const paths = createAlertPaths(lineage);

  const judge = (): Judge =>
    new Judge({
      silences: silences.all().map(({ compiled }) => compiled),
      inhibitions: inhibitions.all().map(({ compiled }) => compiled),
      firing: () => engine.firing(),
      paths,
      impact,
      acks,
    });
  const directory = (): Directory => {
    const now = clock.now();
    const { owners, alerting } = parts.config();
    return {
      // The configuration's receivers come first in their set, and win over stored ones and over rotas of the same name.
      receivers: new Map([
        ...rotas.all().map(({ document }) => [document.name, onCall(document, now).members] as const),
        ...receivers
          .all()
          .toReversed()
          .map(({ document }) => [document.name, document.channels] as const),
      ]),
      channels: channels.names(),
      owners: new Map(Object.entries(owners)),
      metaReceivers: alerting.meta_receivers,
    };
  };
  const routing = (): readonly Route[] => inOrder(routes.all().map(({ compiled }) => compiled));

  let cancelTidy: () => void = () => undefined;
  /** Forgets what nobody needs any more; a failure is tried again an hour later. */
  const tidy = async (): Promise<void> => {
    cancelTidy = clock.after(TIDY_MS, () => void tidy());
    try {
      await forgetEnded(silences, clock.now());
      await acks.forgetExpired(clock.now() - DAY_MS);
    } catch (error) {
      logger.warn({ err: error }, 'old silences and acknowledgements could not be forgotten');
    }
  };

  const outbox = new Outbox({
    state,
    channel: name => channels.active(name),
    judge,
    isFilling: () => dispatcher.isRunning,
    onAttempt: row => parts.onAttempt?.(row),
    clock,
    telemetry,
    logger,
  });
  const dispatcher = new Dispatcher({
    state,
    routes: routing,
    directory,
    impact,
    logs: parts.logSource,
    charts: parts.chartSource,
    causes: parts.causeSource,
    judge,
    acks,
    nextTick: rule => engine.nextTick(rule),
    latest: intent => engine.latest(intent),
    links: createLinks(publicUrl, ackLinks),
    clock,
    telemetry,
    logger,
    isEvaluating: () => parts.isEvaluating?.() ?? false,
    onCommitted: () => outbox.wake(),
  });
  return {
    receivers,
    routes,
    silences,
    inhibitions,
    rotas,
    acks,
    ackLinks,
    judge,
    routing,
    directory,
    metaChannels: () => resolveReceivers(parts.config().alerting.meta_receivers, directory()).channels,
    start() {
      outbox.start();
      dispatcher.start();
      void tidy();
    },
    wake: () => dispatcher.wake(),
    reload: load,
    async stop() {
      cancelTidy();
      paths.stop();
      await Promise.all([dispatcher.stop(), outbox.stop()]);
    },
  };
}
