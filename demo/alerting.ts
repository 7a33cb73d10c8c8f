/** Who is told of what in the demo, and what is kept quiet: documents of the API, by the path each is posted to. */

const ZONE = 'Asia/Shanghai';
const GENERATED = { origin: 'generated' };

/** In the order in which they must be made; `key` is the field that tells one document from another. */
export const demoAlerting: readonly {
  readonly path: string;
  readonly key: string;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
}[] = [
  {
    path: 'rotas',
    key: 'name',
    documents: [
      {
        name: 'dw-oncall',
        zone: ZONE,
        layers: [
          {
            name: 'weekly',
            members: ['li.na', 'wang.wei'],
            start: '2026-01-05',
            handover: { day: 1, time: '10:00' },
          },
        ],
      },
    ],
  },
  {
    path: 'routes',
    key: 'name',
    documents: [
      {
        name: 'page whoever is on call',
        matchers: { team: 'dw' },
        receivers: ['dw-oncall', 'dw-dingtalk'],
        group_by: ['team'],
        group_wait: '30s',
        group_interval: '1m',
        escalation: [{ after: '2m', receivers: ['dw-lead'] }],
        ack_ttl: '2h',
        order: 0,
      },
      // What every job and report gets by itself is read in the morning; a fault that lasts minutes is no matter of it.
      {
        name: 'generated rules to the mailing list',
        matchers: GENERATED,
        receivers: ['dw-mail'],
        group_by: ['origin'],
        group_wait: '10m',
        group_interval: '30m',
        repeat_interval: '12h',
        order: 10,
      },
    ],
  },
  {
    path: 'inhibitions',
    key: 'name',
    documents: [
      { name: 'the cause speaks for what lies downstream', upstream: true },
      {
        name: 'a rule of our own speaks for the generated one',
        source_matchers: { team: 'dw' },
        target_matchers: GENERATED,
        equal: ['job', 'report'],
      },
      {
        name: 'a hot key or a crash speaks for the lag it makes',
        source_matchers: { alertname: { op: '=~', value: 'busy_skew|job_restarts' } },
        target_matchers: { alertname: 'job_lag' },
        equal: ['job'],
      },
    ],
  },
  {
    path: 'silences',
    key: 'comment',
    documents: [
      {
        matchers: { job: { op: '=~', value: 'dwd_(order|payment)_detail_etl' } },
        calendar: { zone: ZONE, from: '02:00', to: '04:00' },
        purpose: 'HBase compaction',
        comment: '每天凌晨 dim_user 压缩，维表查询变慢 Lookups are slow while HBase compacts dim_user',
        created_by: 'li.na',
      },
    ],
  },
];
