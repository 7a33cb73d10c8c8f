/**
 * Kill -9 trials of alerting (bar 2 of the design): a daemon is killed at random points while jobs fire and resolve, and its receiver refuses one
 * request in five. Every firing and resolve must arrive, repeats only under the same key.
 *
 *   node bench/alert-drills.ts [kills=200] [--elasticsearch]
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { startElasticsearch } from '../test/servers/elasticsearch.ts';
import { AlertDrill, faults, RULE, somewhere } from '../test/support/alert-drill.ts';
import { scratchDir } from '../test/support/daemon.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { elasticsearch: { type: 'boolean', default: false } },
});
const KILLS = Number(positionals[0] ?? 200);
const REFUSED = 0.2;
/** A tick, its flush and its delivery lie within this. */
const SPAN_MS = 2_000;
const JOBS = Array.from({ length: 10 }, (_, i) => `job-${i}`);

const server = values.elasticsearch ? await startElasticsearch() : null;
const store = server === null ? {} : { elasticsearch: { node: server.node, refresh_interval: '1s' } };
const drill = await AlertDrill.start(scratchDir(), store, () =>
  Math.random() < REFUSED ? { status: 500, body: 'no' } : { body: {} },
);
assert.equal((await drill.daemon.post('/api/v1/rules', RULE)).status, 201);
const begun = performance.now();
let rounds = 0;
while (drill.kills < KILLS) {
  rounds++;
  for (const [value, status] of [
    [9, 'firing'],
    [1, 'resolved'],
  ] as const) {
    await drill.report(value, JOBS);
    await somewhere(SPAN_MS, Math.random);
    await drill.kill();
    await drill.hears(status, JOBS, rounds, 60_000);
  }
  if (rounds % 10 === 0) console.log(`${drill.kills} kills, ${drill.sink.requests.length} requests`);
}
const told = drill.told();
const wrong = faults(told);
const keys = new Set(told.map(({ key }) => key)).size;
await drill.stop();
await server?.stop();
console.table([
  {
    store: server === null ? 'SQLite' : 'Elasticsearch',
    kills: drill.kills,
    episodes: rounds * JOBS.length,
    requests: drill.sink.requests.length,
    keys,
    faults: wrong.length,
    minutes: ((performance.now() - begun) / 60_000).toFixed(1),
  },
]);
for (const fault of wrong.slice(0, 20)) console.log(fault);
process.exitCode = wrong.length === 0 ? 0 : 1;
