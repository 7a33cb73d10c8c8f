/** Who hears of a report: where its alerts go by routes and owners, and who gets its digest. */
import type { ImpactSource } from '../alerting/notify/context.ts';
import { resolveReceivers } from '../alerting/notify/receivers.ts';
import { routeIntent } from '../alerting/notify/route.ts';
import type { Told } from '../web/api/freshness-view.ts';
import type { AppConfig } from './config.ts';
import type { Notification } from './notification.ts';

/** Channels that would be told of the gravest alert of a report now, and those its digest goes to. */
export function toldOf(
  parts: {
    readonly notification: Pick<Notification, 'directory' | 'routing'>;
    readonly impact: ImpactSource;
    readonly config: () => Pick<AppConfig, 'digest' | 'owners'>;
  },
  report: { readonly name: string; readonly owner: string },
): Told {
  const directory = parts.notification.directory();
  const { digest, owners } = parts.config();
  const alert = {
    kind: 'firing',
    ruleId: '',
    ruleName: '',
    receivers: [],
    labels: { report: report.name, severity: 'critical' },
  } as const;
  const { targets } = routeIntent(alert, parts.notification.routing(), directory, parts.impact);
  const readers = digest === undefined ? [] : (digest.receivers ?? owners[report.owner] ?? []);
  return {
    alerts: [...new Set(targets.flatMap(({ channels }) => channels))].sort(),
    digest: resolveReceivers(readers, directory).channels,
  };
}
