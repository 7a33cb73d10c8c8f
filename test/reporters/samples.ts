/** Messages for the reporters' tests. */
import type { Digest } from '../../alerting/notify/digest-message.ts';
import type { Message, MessageAlert } from '../../alerting/notify/message.ts';

export const AT = Date.parse('2026-11-21T10:05:00Z');

export function sampleAlert(over: Partial<MessageAlert> = {}): MessageAlert {
  return {
    status: 'firing',
    labels: { alertname: 'ostream_lag', severity: 'critical', topic: 'sdk_log', job: 'cdo_filter_job' },
    startsAt: AT - 600_000,
    endsAt: null,
    summary: 'cdo_filter_job lag 12,345,678,901',
    formula: 'sdk_log 12,345,678,901 > 10,000,000,000 or os_uninstall 12 > 100,000',
    annotations: [
      { name: 'sdk_log', value: '12,345,678,901' },
      { name: '卸载量', value: '12' },
    ],
    values: [12_345_678_901, 12],
    url: 'http://tw.example/alerts/e1',
    owner: 'dw-team',
    affects: ['日活报表', 'revenue'],
    logLine: {
      ts: AT - 30_000,
      text: "java.lang.RuntimeException: <bad> & 'odd' input",
      url: 'http://tw.example/logs?id=7',
    },
    ...over,
  };
}

export function sampleMessage(over: Partial<Message> = {}): Message {
  return {
    status: 'firing',
    severity: 'critical',
    title: 'ostream_lag: cdo_filter_job lag 12,345,678,901',
    groupKey: 'rule:r1',
    groupLabels: { alertname: 'ostream_lag' },
    receiver: 'dw-oncall',
    at: AT,
    zone: 'Asia/Shanghai',
    alerts: [sampleAlert()],
    omitted: 0,
    url: 'http://tw.example/alerts/e1',
    ...over,
  };
}

/** A digest of one report that was late for 45 minutes. */
export function sampleDigest(over: Partial<Digest> = {}): Digest {
  return {
    from: AT - 86_400_000,
    to: AT,
    owner: 'dw',
    judged: 2,
    lateReports: 1,
    lateMinutes: 45,
    unknownMinutes: 0,
    sentLate: false,
    rows: [
      {
        report: 'GMV',
        url: 'http://tw.example/freshness/GMV',
        level: 'ok',
        state: { zh: '正常', en: 'fresh' },
        text: { zh: '落后 3 分钟', en: '3 min behind' },
        attainment: 0.97,
        target: 0.99,
        budgetLeft: -2,
        late: 45,
        unknown: 0,
        culprits: [{ hop: 'etl', minutes: 45 }],
        incidents: [],
        more: 0,
      },
    ],
    omitted: 1,
    ...over,
  };
}
