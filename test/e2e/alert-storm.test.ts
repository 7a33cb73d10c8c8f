/** A storm in small, for real: more rules fire in one tick than the robot may be sent messages in a minute. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { type DingtalkServer, startDingtalkServer } from '../support/dingtalk-server.ts';
import { until } from '../support/until.ts';

const RULES = 60;
/** Requests a robot takes in a minute. */
const LIMIT = 20;
const MINUTE_MS = 60_000;

let robot: DingtalkServer;
let daemon: Daemon;
before(
  async () => {
    robot = await startDingtalkServer({ secret: 'SECstorm', now: () => Date.now() });
    const dir = scratchDir();
    daemon = await startDaemon(
      writeConfig(dir, 'storm', {
        http: { port: 0 },
        data_dir: `${dir}/data`,
        channels: [{ name: 'robot', type: 'dingtalk', base_url: robot.url, access_token: 'token', secret: 'SECstorm' }],
      }),
    );
    await until('the daemon evaluates', async () => (await daemon.readiness()).ready);
  },
  { timeout: 180_000 },
);
after(async () => {
  await daemon?.stop();
  await robot?.close();
});

test('sixty rules at once: within the limit of the robot, the critical one first, nobody left out', {
  timeout: 240_000,
}, async () => {
  for (let n = 0; n < RULES; n++) {
    const rule = {
      name: `rule-${n}`,
      level: n === RULES - 1 ? 'critical' : 'warning',
      schedule: '*/5 * * * * *',
      delay: '0s',
      window: '1h',
      metrics: [{ metric: 'waiting' }],
      condition: '{0} > 5',
      receivers: ['robot'],
    };
    assert.equal((await daemon.post('/api/v1/rules', rule)).status, 201);
  }
  const record = { ts: Date.now(), name: 'waiting', value: 9, type: 'gauge', vars: {} };
  assert.equal((await daemon.post('/api/v1/ingest/metrics', JSON.stringify(record))).status, 200);

  type Delivery = { readonly status: string; readonly alerts: readonly { labels: Record<string, string> }[] };
  const told = async (): Promise<Set<string>> => {
    const { items } = await daemon.get<{ items: Delivery[] }>('/api/v1/deliveries?status=delivered&limit=500');
    return new Set(items.flatMap(({ alerts }) => alerts.map(({ labels }) => labels['alertname'] ?? '')));
  };
  await until('every rule is told', async () => (await told()).size === RULES, 180_000);

  const sent = robot.requests.map(({ timestamp }) => Number(timestamp));
  const busiest = Math.max(...sent.map(from => sent.filter(at => at >= from && at < from + MINUTE_MS).length));
  assert.ok(busiest <= LIMIT, `${busiest} requests in a minute`);
  let statuses: readonly string[] = [];
  const settled = async (): Promise<boolean> => {
    const { items } = await daemon.get<{ items: Delivery[] }>('/api/v1/deliveries?limit=500');
    statuses = [...new Set(items.map(({ status }) => status))].sort();
    return statuses.join() === 'delivered,suppressed';
  };
  await until('every row is delivered or part of one that is', settled, undefined, () => statuses);
  const critical = robot.requests.findIndex(({ body }) => body.markdown.text.includes(`rule-${RULES - 1}`));
  const others = robot.requests.findIndex(({ body }) => body.markdown.text.includes('rule-0'));
  assert.ok(critical <= others, 'the worst is not told after the rest');
});
