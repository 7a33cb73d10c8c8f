import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { endedAlert } from '../../../alerting/ended-alert.ts';
import type { LiveAlert } from '../../../alerting/engine.ts';
import { isGroupOf } from '../../../alerting/episode-ticks.ts';
import type { RuleHistory } from '../../../alerting/evaluate/record.ts';
import { SEVERITIES } from '../../../alerting/intent.ts';
import type { ImpactSource, LogSource } from '../../../alerting/notify/context.ts';
import type { Judge } from '../../../alerting/notify/judge.ts';
import type { RuleService } from '../../../alerting/rule-service.ts';
import type { Clock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { StateStore } from '../../../store/state-store.ts';
import { ackView } from './ack.ts';

/** What the alert routes need of the daemon. */
export interface AlertServices {
  readonly alerts: () => readonly LiveAlert[];
  readonly rules: RuleService;
  readonly history: (ruleId: string, from: number, to: number) => Promise<RuleHistory>;
  /** What was told, for alerts that are over. */
  readonly state: Pick<StateStore, 'listOutbox' | 'openIntents'>;
  /** How long history and deliveries are kept, ms. */
  readonly keptMs: number;
  readonly impact: ImpactSource;
  readonly logSource: LogSource;
  /** Reports by name, for their owners. */
  readonly ownerOfReport: (name: string) => string;
  /** Silences, inhibitions and acknowledgements as they stand; null where nothing is evaluated. */
  readonly judge: () => Judge | null;
  readonly clock: Clock;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RANK: Readonly<Record<string, number>> = { critical: 0, error: 1, warning: 2, info: 3 };
const STATES = ['firing', 'recovering', 'pending'];

/** An alert with what people need to know of it; worst and oldest first in lists. */
function alertView(services: AlertServices, alert: LiveAlert, judge: Judge | null) {
  return { ...alert, ...quietness(alert, judge, services.clock.now()), ...aboutView(services, alert.labels) };
}

/** Whose it is and what it breaks. */
function aboutView({ impact, ownerOfReport }: AlertServices, labels: Labels) {
  return {
    severity: labels['severity'] ?? 'warning',
    rule_name: labels['alertname'] ?? '',
    owner: impact.ownerOf(labels),
    affects: impact.affects(labels).map(report => ({ report, owner: ownerOfReport(report) })),
  };
}

/** Who has taken it on, and what keeps it from being told now. */
function quietness(alert: LiveAlert, judge: Judge | null, now: number) {
  if (judge === null || alert.state === 'pending') return {};
  const ack = judge.acked(alert.id, SEVERITIES.find(each => each === alert.labels['severity']) ?? 'warning');
  const silences = judge.silencedBy(alert.labels, now).map(({ id }) => id);
  const withheld = judge.withheld({ id: alert.id, labels: alert.labels, startsAt: alert.starts_at ?? now }, now);
  return {
    ...(ack ? { acked: ackView(ack) } : {}),
    ...(silences.length > 0 ? { silenced_by: silences } : {}),
    ...(withheld?.source ? { inhibited_by: { inhibition: withheld.by, source: withheld.source } } : {}),
  };
}

/** All alerts in one state, or in any. */
export function listAlerts(services: AlertServices, state?: string) {
  const judge = services.judge();
  return services
    .alerts()
    .filter(a => state === undefined || a.state === state)
    .map(a => alertView(services, a, judge))
    .sort(
      (a, b) =>
        STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
        (RANK[a.severity] ?? 9) - (RANK[b.severity] ?? 9) ||
        a.active_at - b.active_at,
    );
}

/** GET /alerts and /alerts/{id}. */
export function alertRoutes(fastify: FastifyInstance, services: AlertServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/alerts',
    {
      schema: {
        tags: ['alerting'],
        summary: 'Pending, firing and recovering alerts',
        querystring: z.strictObject({ state: z.string().optional() }),
      },
    },
    async ({ query }) => ({ items: listAlerts(services, query.state || undefined), next: null }),
  );

  app.get(
    '/alerts/:id',
    {
      schema: {
        tags: ['alerting'],
        summary: 'One alert with its history, also when it is over',
        params: z.strictObject({ id: z.string() }),
      },
    },
    async ({ params }) => {
      const alert = services.alerts().find(a => a.id === params.id);
      return alert ? liveView(services, alert) : endedView(services, params.id);
    },
  );
}

async function liveView(services: AlertServices, alert: LiveAlert) {
  const at = alert.active_at;
  const { ticks } = await services.history(alert.rule_id, at - HOUR, Number.MAX_SAFE_INTEGER);
  const history = ticks.flatMap(tick => {
    const group = tick.groups.find(g => isGroupOf(alert.labels, g.labels));
    return group ? [{ t: tick.t, values: group.values, state: group.state }] : [];
  });
  return { ...alertView(services, alert, services.judge()), ...(await contextView(services, alert)), history };
}

/** Throws `UserError` not-found. */
async function endedView(services: AlertServices, id: string) {
  const alert = await endedAlert(services, id);
  if (alert) return { ...alert, ...aboutView(services, alert.labels), ...(await contextView(services, alert)) };
  const days = Math.round(services.keptMs / DAY);
  const why = `no alert of this address is known: it may be mistyped, or the alert is older than the ${days} days for which history is kept`;
  throw new UserError('not-found', why, { status: 404 });
}

/** The rule as it is now, and the line that explains why it fired. */
async function contextView(
  { rules, logSource }: AlertServices,
  alert: Pick<LiveAlert, 'rule_id' | 'labels' | 'starts_at' | 'active_at'>,
) {
  const rule = rules.list().find(r => r.id === alert.rule_id) ?? null;
  const line = await logSource.explain(alert.labels, alert.starts_at ?? alert.active_at).catch(() => null);
  return { rule, log_line: line };
}
