/** Who hears of a report: where its alerts go by routes and owners, and who gets its digest. */
import type { RuleDocument } from '../alerting/evaluate/document.ts';
import type { ImpactSource } from '../alerting/notify/context.ts';
import { compileDocumentMatchers } from '../alerting/notify/matching.ts';
import { resolveReceivers } from '../alerting/notify/receivers.ts';
import { routeIntent } from '../alerting/notify/route.ts';
import type { Told } from '../web/api/freshness-view.ts';
import type { AppConfig } from './config.ts';
import type { Notification } from './notification.ts';

/** What of a rule decides whether it speaks of a report, and where that goes. */
type ReportRule = Pick<
  RuleDocument,
  'name' | 'enabled' | 'level' | 'levels' | 'labels' | 'matchers' | 'group_by' | 'receivers'
> & { readonly id: string };

/** Channels that would be told of an alert of a report now, whatever rule raises it and how grave it is, and those its digest goes to. */
export function toldOf(
  parts: {
    readonly notification: Pick<Notification, 'directory' | 'routing'>;
    readonly impact: ImpactSource;
    readonly config: () => Pick<AppConfig, 'digest' | 'owners'>;
    readonly rules: () => readonly ReportRule[];
  },
  report: { readonly name: string; readonly owner: string },
): Told {
  const directory = parts.notification.directory();
  const { digest, owners } = parts.config();
  const alerts = parts.rules().flatMap(rule => alertsOf(rule, report.name));
  const targets = (alerts.length === 0 ? [anyAlert(report.name)] : alerts).flatMap(
    alert => routeIntent(alert, parts.notification.routing(), directory, parts.impact).targets,
  );
  const readers = digest === undefined ? [] : (digest.receivers ?? owners[report.owner] ?? []);
  return {
    alerts: [...new Set(targets.flatMap(({ channels }) => channels))].sort(),
    digest: resolveReceivers(readers, directory).channels,
  };
}

type ReportAlert = Parameters<typeof routeIntent>[0];

/** The alerts a rule may raise of a report, one for each level; none where it is about something else. */
function alertsOf(rule: ReportRule, report: string): readonly ReportAlert[] {
  const { id, name, enabled, level, levels, labels, matchers, group_by: groupBy, receivers } = rule;
  const only = matchers['report'];
  const isAbout = only === undefined || compileDocumentMatchers({ report: only })(() => report);
  if (!enabled || !isAbout || !groupBy.includes('report')) return [];
  return (levels?.map(each => each.level) ?? [level]).map(severity => ({
    kind: 'firing',
    ruleId: id,
    ruleName: name,
    receivers,
    labels: { alertname: name, severity, ...labels, report },
  }));
}

/** Where no rule speaks of the report yet. */
function anyAlert(report: string): ReportAlert {
  return { kind: 'firing', ruleId: '', ruleName: '', receivers: [], labels: { report, severity: 'critical' } };
}
