/**
 * 20,000 alerts at once to one DingTalk robot (bar 4 of the design): never more than 20 requests in any 60 s, nothing dropped, the first criticals
 * in the first message, all accounted for within 3 minutes. The real reporter, outbox and embedded store, a robot on 127.0.0.1, a clock that is
 * moved by hand: only the requests take real time.
 *
 *   node bench/notify-storm.ts [alerts=20000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Intent, Severity } from '../alerting/intent.ts';
import { decodeBody } from '../alerting/notify/outbox-body.ts';
import { dingtalk } from '../reporters/im/dingtalk.ts';
import { EVERYWHERE } from '../reporters/reach.ts';
import { openSqliteStateStore } from '../store/sqlite/state-store.ts';
import { addChannel, type Harness, intent, makeHarness, START } from '../test/alerting/notify/harness.ts';
import { startDingtalkServer } from '../test/support/dingtalk-server.ts';

const ALERTS = Number(process.argv[2] ?? 20_000);
const CRITICAL_EVERY = 200;
const LIMIT = { requests: 20, windowMs: 60_000, allMs: 180_000 };

interface Storm {
  readonly name: string;
  /** Offset of the commit and the rule of each alert. */
  place(n: number): { readonly at: number; readonly rule: string };
}

const STORMS: readonly Storm[] = [
  { name: 'two rules, one tick', place: n => ({ at: 0, rule: `rule-${n % 2}` }) },
  { name: 'a rule each, one tick', place: n => ({ at: 0, rule: `rule-${n}` }) },
  { name: 'a rule each, over a minute', place: n => ({ at: Math.floor((n / ALERTS) * 60) * 1000, rule: `rule-${n}` }) },
];

interface Figures {
  readonly storm: string;
  readonly requests: number;
  readonly mostInWindow: number;
  readonly accounted: number;
  readonly lastAfterS: number;
  readonly criticalFirst: boolean;
  readonly cpuMs: number;
}

async function weather(storm: Storm): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-storm-'));
  const store = openSqliteStateStore({ path: join(dir, 'state.db') });
  const h = makeHarness(store);
  const times: number[] = [];
  const worst: string[] = [];
  const robot = await startDingtalkServer({ secret: 'SEC', now: () => h.clock.now() });
  const document = { base_url: robot.url, access_token: 'token', secret: 'SEC' };
  const notifier = dingtalk.open(document, { clock: h.clock, reach: EVERYWHERE });
  addChannel(h, 'oncall', {
    type: 'dingtalk',
    budget: dingtalk.budget,
    notifier: {
      async send(message, ...given) {
        times.push(h.clock.now());
        worst.push(message.alerts[0]?.labels['severity'] ?? '');
        return notifier.send(message, ...given);
      },
      close: () => notifier.close(),
    },
  });
  const cpu = process.cpuUsage();
  const waves = new Map<number, Intent[]>();
  for (let n = 0; n < ALERTS; n++) {
    const { at, rule } = storm.place(n);
    const severity: Severity = n % CRITICAL_EVERY === 0 ? 'critical' : 'warning';
    const one = intent(`t${n}`, { ruleId: rule, severity, t: START + at, startsAt: START + at });
    const wave = waves.get(at) ?? [];
    wave.push(one);
    waves.set(at, wave);
  }
  for (let at = 0; at <= LIMIT.allMs + 60_000; at += 1000) {
    const wave = waves.get(at);
    if (wave) await h.commit(...wave);
    await h.settle();
    await h.clock.advance(1000);
  }
  const figures = {
    ...(await account(h, times)),
    criticalFirst: worst[0] === 'critical',
    cpuMs: process.cpuUsage(cpu).user / 1000,
  };
  await robot.close();
  await notifier.close();
  await store.close();
  rmSync(dir, { recursive: true, force: true });
  return { storm: storm.name, ...figures };
}

async function account(
  h: Harness,
  times: readonly number[],
): Promise<Omit<Figures, 'storm' | 'criticalFirst' | 'cpuMs'>> {
  const told = new Map<string, number>();
  const delivered = (await h.rows()).filter(row => row.status === 'delivered');
  for (const row of delivered) {
    const body = decodeBody(row.body);
    const at = body?.tries.at(-1)?.at ?? Number.POSITIVE_INFINITY;
    for (const { episode } of body?.alerts ?? [])
      told.set(episode, Math.min(told.get(episode) ?? Number.POSITIVE_INFINITY, at));
  }
  return {
    requests: times.length,
    mostInWindow: Math.max(...times.map(t => times.filter(other => other >= t && other < t + LIMIT.windowMs).length)),
    accounted: told.size,
    lastAfterS: (Math.max(...told.values()) - START) / 1000,
  };
}

const results: Figures[] = [];
for (const storm of STORMS) results.push(await weather(storm));
console.table(results);
const failed = results.filter(
  r => r.mostInWindow > LIMIT.requests || r.accounted < ALERTS || r.lastAfterS * 1000 > LIMIT.allMs || !r.criticalFirst,
);
console.log(failed.length === 0 ? 'all bars are kept' : `bars missed: ${failed.map(r => r.storm).join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
