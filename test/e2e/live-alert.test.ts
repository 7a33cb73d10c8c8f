/**
 * The end of the lag burst of the captured run, sent at its own pace: a rule fires and resolves while it happens, and an e-mail
 * and an IM message arrive each time, from a daemon on Elasticsearch and from one on SQLite.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';
import { type CapturedMetric, readCapture } from '../support/capture.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { type DingtalkServer, startDingtalkServer } from '../support/dingtalk-server.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';
import { type Broker, startBroker, TOPICS } from './broker.ts';

const JOB = 'cdo_filter_job';
/** Seconds of the timeline: two reports inside the burst and the first one after it. */
const CUT = { from: 102, to: 125 } as const;
const SECRET = 'SECe2e';
const STORES = ['elasticsearch', 'sqlite'] as const;

const RULE = {
  name: 'filter_backlog',
  level: 'critical',
  schedule: '*/2 * * * * *',
  delay: '2s',
  // Two and a half of the reports, which come every ten seconds.
  window: '25s',
  group_by: ['job'],
  // One of its two subtasks, so that half of a report is nothing else than the whole.
  matchers: { job: JOB, subtask: '0' },
  metrics: [{ name: 'backlog', metric: 'pendingRecords', op: 'MAX' }],
  condition: '{0} > 20000',
  annotations: [{ name: 'records waiting', formula: '[0]' }],
  receivers: ['oncall'],
};

interface Receivers {
  readonly daemon: Daemon;
  readonly mail: SmtpSink;
  readonly robot: DingtalkServer;
}
interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}
interface Delivery {
  readonly alerts: readonly Labelled[];
  readonly channel: string;
  readonly kind: string;
  readonly status: string;
  readonly attempts: number;
}

let broker: Broker;
let elasticsearch: TestElasticsearch;
const running = new Map<string, Receivers>();

before(
  async () => {
    [broker, elasticsearch] = await Promise.all([startBroker(), startElasticsearch()]);
    const dir = scratchDir();
    await Promise.all(STORES.map(async store => void running.set(store, await start(store, dir))));
  },
  { timeout: 300_000 },
);

after(async () => {
  for (const { daemon, mail, robot } of running.values()) {
    await daemon.stop();
    await Promise.all([mail.close(), robot.close()]);
  }
  await Promise.all([broker?.close(), elasticsearch?.kill()]);
});

async function start(store: (typeof STORES)[number], dir: string): Promise<Receivers> {
  const [mail, robot] = await Promise.all([
    startSmtpSink(),
    startDingtalkServer({ secret: SECRET, now: () => Date.now() }),
  ]);
  const daemon = await startDaemon(
    writeConfig(dir, store, {
      http: { port: 0 },
      data_dir: store,
      kafka: { brokers: broker.server.brokers, group: store },
      ...(store === 'elasticsearch' ? { elasticsearch: { node: elasticsearch.node, refresh_interval: '500ms' } } : {}),
      receivers: { oncall: ['mail', 'robot'] },
      channels: [
        {
          name: 'mail',
          type: 'email',
          host: '127.0.0.1',
          port: mail.port,
          from: 'tw@tw.example',
          to: ['dw@tw.example'],
        },
        { name: 'robot', type: 'dingtalk', base_url: robot.url, access_token: 'token', secret: SECRET },
      ],
    }),
  );
  await until(`the daemon on ${store} is ready`, async () => (await daemon.readiness()).ready);
  const created = await daemon.post('/api/v1/rules', RULE);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  return { daemon, mail, robot };
}

/** Sends each report of the cut when its time has come; after the first with the backlog none before `isFiring`, so that it is what is told. */
async function sendAtItsOwnPace(isFiring: () => Promise<unknown>): Promise<void> {
  const { metrics, second } = readCapture(Date.now());
  const begun = Date.now();
  const reports = new Map<number, CapturedMetric[]>();
  for (const metric of metrics) {
    const at = second(metric.ts);
    if (at < CUT.from || at > CUT.to || metric.vars['job_name'] !== JOB) continue;
    const ts = begun + Math.round((at - CUT.from) * 1000);
    const report = reports.get(ts) ?? [];
    reports.set(ts, report);
    report.push({ ...metric, ts });
  }
  const inOrder = [...reports].sort(([a], [b]) => a - b);
  let isTold = false;
  let lateMs = 0;
  for (const [due, report] of inOrder) {
    await delay(Math.max(0, due + lateMs - Date.now()));
    // A reporter that is held up stamps what it sends when it sends it, and waits for its interval again.
    lateMs = Math.max(lateMs, Date.now() - due);
    const ts = due + lateMs;
    await broker.send(
      TOPICS.metrics,
      report.map(value => ({ ts, value: { ...value, ts } })),
    );
    if (isTold || !report.some(({ name }) => name === RULE.metrics[0]?.metric)) continue;
    await isFiring();
    isTold = true;
  }
}

function isOfRule({ labels }: Labelled): boolean {
  return labels['alertname'] === RULE.name;
}

test('a backlog fires, mails and messages while it lasts, and resolves when it is gone', {
  timeout: 500_000,
}, async t => {
  const taken = (count: number): boolean =>
    [...running.values()].every(({ mail, robot }) => mail.mails.length >= count && robot.requests.length >= count);
  const stand = (): object =>
    Object.fromEntries([...running].map(([store, r]) => [store, [r.mail.mails.length, r.robot.requests.length]]));

  await sendAtItsOwnPace(() => until('the firing notices', () => taken(1), 150_000, stand));
  await until('the notices of the end', () => taken(2), 150_000, stand);

  for (const store of STORES) {
    await t.test(`on ${store}`, async () => {
      const { daemon, mail, robot } = running.get(store)!;
      const [firing, resolved] = mail.mails;
      assert.deepEqual(firing?.to, ['dw@tw.example']);
      assert.match(firing?.mail.subject ?? '', /filter_backlog/);
      assert.match(firing?.mail.text ?? '', /35,910/, 'the number that crossed the threshold');
      assert.match(firing?.mail.html ?? '', /records waiting/);
      assert.match(resolved?.mail.subject ?? '', /resolved/i);
      const [first, second] = robot.requests.map(({ body }) => body.markdown);
      assert.match(first?.text ?? '', /filter_backlog[\s\S]*35,910/);
      assert.match(second?.title ?? '', /resolved/i);

      // Not those of the rules every job gets: one of them fires while the job reports nothing more.
      const deliveries = async (): Promise<readonly Delivery[]> => {
        const { items } = await daemon.get<{ items: readonly Delivery[] }>('/api/v1/deliveries');
        return items.filter(({ alerts }) => alerts.some(isOfRule));
      };
      // Noted after the other side has answered.
      await until('all are noted', async () => (await deliveries()).every(({ status }) => status === 'delivered'));
      assert.deepEqual(
        (await deliveries())
          .map(({ channel, kind, status, attempts }) => `${channel} ${kind} ${status} ${attempts}`)
          .sort(),
        [
          'mail firing delivered 1',
          'mail resolved delivered 1',
          'robot firing delivered 1',
          'robot resolved delivered 1',
        ],
      );
      assert.deepEqual([mail.mails.length, robot.requests.length], [2, 2], 'each was told once');
      const { items: alerts } = await daemon.get<{ items: Labelled[] }>('/api/v1/alerts');
      assert.deepEqual(alerts.filter(isOfRule), []);
    });
  }
});
