import { DEFAULT_PERIOD } from '../../model/objective.ts';
import type { Report } from '../lag/freshness-series.ts';
import type { BurnWindow } from './standing.ts';

/**
 * A rule document as the rule service takes it (contracts.md 6): two burn rates, the long window that says it matters and the short one that
 * says it goes on.
 */
export interface BurnRule {
  readonly name: string;
  readonly schedule: string;
  readonly level: 'critical' | 'warning';
  readonly repeat_interval: string;
  readonly matchers: Readonly<Record<string, string>>;
  readonly group_by: string[];
  readonly window: string;
  readonly metrics: {
    readonly name: string;
    readonly metric: string;
    readonly op: 'LAST';
    readonly matchers?: Readonly<Record<string, string>>;
  }[];
  readonly condition: string;
  readonly no_data: { readonly policy: 'keep' | 'ok' };
  readonly annotations: { readonly name: string; readonly formula: string }[];
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Burn {
  readonly title: string;
  readonly level: BurnRule['level'];
  readonly rate: number;
  readonly long: BurnWindow;
  readonly short: BurnWindow;
  readonly repeat: string;
}

/** lag.md section 4, after the SRE workbook: page when an hour spends 2 % of a month's budget, a ticket at 10 % in a day. */
const BURNS: readonly Burn[] = [
  { title: 'burns its error budget fast', level: 'critical', rate: 14.4, long: '1h', short: '5m', repeat: '1h' },
  { title: 'burns its error budget', level: 'warning', rate: 3, long: '1d', short: '2h', repeat: '1d' },
];
/** With a low target even a window that is bad throughout burns slower than the rates above: this share of it counts then. */
const MOSTLY_BAD = 0.9;

/** The burn-rate rules of all reports that have an objective and want them. */
export function burnRules(reports: readonly Report[]): readonly BurnRule[] {
  return reports.flatMap(({ name, slo }) => {
    if (slo === undefined || slo.alerts === false) return [];
    const fastest = slo.target < 1 ? 1 / (1 - slo.target) : Number.POSITIVE_INFINITY;
    return BURNS.map(burn => {
      const rate = Math.round(Math.min(burn.rate, MOSTLY_BAD * fastest) * 100) / 100;
      const over = (window: BurnWindow): string => `burn_${window} > ${rate}`;
      return {
        name: `report ${name} ${burn.title}`,
        schedule: '* * * * *',
        level: burn.level,
        repeat_interval: burn.repeat,
        matchers: { report: name },
        group_by: ['report'],
        window: '5m',
        metrics: [
          ...[burn.long, burn.short].map(window => ({
            name: `burn_${window}`,
            metric: 'slo_burn_rate',
            op: 'LAST' as const,
            matchers: { window },
          })),
          { name: 'budget_left', metric: 'slo_budget_left_ratio', op: 'LAST' as const },
        ],
        condition: `${over(burn.long)} and ${over(burn.short)}`,
        // Outside its calendar a report burns nothing, and nothing is to be told.
        no_data: { policy: slo.calendar === undefined ? ('keep' as const) : ('ok' as const) },
        annotations: [
          { name: `burn_${burn.long}`, formula: '{0}' },
          { name: `burn_${burn.short}`, formula: '{1}' },
          { name: 'budget_left', formula: '{2}' },
        ],
        summary: `{{report}}: its data is too late; the error budget of ${slo.period ?? DEFAULT_PERIOD} goes {{value.0|number}} times too fast`,
        labels: { origin: 'generated' },
      };
    });
  });
}
