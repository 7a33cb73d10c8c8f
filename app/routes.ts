/** Registers every route with what it needs; things that come and go are read through their slots at each request. */
import type { FastifyInstance } from 'fastify';
import type { ImpactSource, LogSource } from '../alerting/notify/context.ts';
import type { PushSource } from '../collector/push-source.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { MetricGroup } from '../model/sample.ts';
import type { StateStore } from '../store/state-store.ts';
import { type AlertServices, alertRoutes } from '../web/api/routes/alerts.ts';
import { badgeRoutes } from '../web/api/routes/badge.ts';
import { channelRoutes } from '../web/api/routes/channels.ts';
import { daemonRoutes, type InboxMessage } from '../web/api/routes/daemon.ts';
import { deliveryRoutes } from '../web/api/routes/deliveries.ts';
import { diagnosisRoutes } from '../web/api/routes/diagnosis.ts';
import { estateRoutes } from '../web/api/routes/estate.ts';
import { freshnessRoutes } from '../web/api/routes/freshness.ts';
import { ingestRoutes } from '../web/api/routes/ingest.ts';
import { lineageRoutes } from '../web/api/routes/lineage.ts';
import { lineageCheckRoutes } from '../web/api/routes/lineage-check.ts';
import { logStreamRoutes } from '../web/api/routes/log-streams.ts';
import { logRoutes } from '../web/api/routes/logs.ts';
import { metricRoutes } from '../web/api/routes/metrics.ts';
import { readinessRoutes } from '../web/api/routes/readiness.ts';
import { ruleRoutes } from '../web/api/routes/rules.ts';
import { generatedRuleRoutes } from '../web/api/routes/rules-generated.ts';
import { ruleImportRoutes } from '../web/api/routes/rules-import.ts';
import { createDiagnosis } from './diagnosis.ts';
import type { Evaluation } from './evaluation.ts';
import { notificationRoutes } from './notification-routes.ts';
import { convertPrometheusFile } from './prometheus-file.ts';
import { STATE_MS } from './retention.ts';
import type { Slot } from './slot.ts';
import type { createStatus } from './status.ts';
import type { DataStores } from './stores.ts';

export interface RouteParts {
  readonly roles: ReadonlySet<string>;
  readonly data: Slot<DataStores>;
  readonly push: Slot<PushSource>;
  readonly evaluation: Slot<Evaluation>;
  readonly lineage: LineageService;
  readonly state: StateStore;
  readonly impact: ImpactSource;
  readonly logSource: LogSource;
  readonly status: ReturnType<typeof createStatus>;
  /** null when every stream is level. */
  readonly watermark: () => number | null;
  readonly decodeSamples: (records: readonly Record<string, unknown>[]) => readonly MetricGroup[];
  readonly inbox: (() => readonly InboxMessage[]) | null;
  readonly clock: Clock;
}

/** Health is served in every role, intake with `collect`, everything else with `web`, and with `evaluate` for the daemons that pass requests on. */
export async function apiRoutes(api: FastifyInstance, parts: RouteParts): Promise<void> {
  const { lineage, state, clock, data, push, evaluation, status } = parts;
  daemonRoutes(api, { status: status.status, inbox: parts.inbox });
  if (parts.roles.has('collect')) {
    // Its own scope: the intake takes bodies as bytes, whatever their content type.
    await api.register(async intake => {
      await ingestRoutes(intake, {
        get push() {
          return push.get();
        },
      });
    });
  }
  if (!parts.roles.has('web') && !parts.roles.has('evaluate')) return;
  const alerting: AlertServices = {
    alerts: () => evaluation.peek()?.alerts() ?? [],
    get rules() {
      return evaluation.get().rules;
    },
    history: (id, from, to) => evaluation.get().engine.history(id, from, to),
    state,
    keptMs: STATE_MS,
    impact: parts.impact,
    logSource: parts.logSource,
    judge: () => evaluation.peek()?.notification.judge() ?? null,
    clock,
    ownerOfReport: name => lineage.reports().find(r => r.name === name)?.owner ?? '',
  };
  const services = {
    clock,
    state,
    lineage,
    alerting,
    convertPrometheus: convertPrometheusFile,
    jobNames: lineage.names,
    alerts: alerting.alerts,
    history: alerting.history,
    metricWatermark: parts.watermark,
    decodeSamples: parts.decodeSamples,
    streams: () => status.streams(),
    get logs() {
      return data.get().logs;
    },
    get metrics() {
      return data.get().metrics;
    },
    get push() {
      return push.get();
    },
    get rules() {
      return evaluation.get().rules;
    },
    get generated() {
      return evaluation.get().generated;
    },
    get channels() {
      return evaluation.get().channels;
    },
    get recorder() {
      return evaluation.get().recorder;
    },
    get objectives() {
      return evaluation.get().objectives;
    },
    get readiness() {
      return evaluation.get().readiness;
    },
    told: (report: { readonly name: string; readonly owner: string }) => evaluation.get().told(report),
  };
  logRoutes(api, services);
  logStreamRoutes(api, services);
  metricRoutes(api, services);
  ruleRoutes(api, services);
  generatedRuleRoutes(api, services);
  ruleImportRoutes(api, services);
  alertRoutes(api, alerting);
  channelRoutes(api, services);
  deliveryRoutes(api, { state });
  await notificationRoutes(api, { evaluation, alerts: alerting.alerts, impact: parts.impact, state, clock });
  estateRoutes(api, services);
  const diagnose = createDiagnosis({ lineage, metrics: () => data.get().metrics });
  diagnosisRoutes(api, { lineage, diagnose, logSource: parts.logSource, clock });
  freshnessRoutes(api, services);
  readinessRoutes(api, services);
  badgeRoutes(api, services);
  lineageRoutes(api, services);
  lineageCheckRoutes(api, services);
}
