/**
 * The demo: a simulated estate that feeds a running daemon over HTTP, and an inbox that takes its notifications. It uses nothing
 * of the daemon but its public API; the daemon cannot tell it from a real estate.
 */
import type { Clock } from '../model/clock.ts';
import { demoEstate } from './estate.ts';
import { FaultScript } from './faults.ts';
import { createFeed, type Feed } from './feed.ts';
import type { Inbox } from './inbox.ts';
import { druidRecords, nifiRecords } from './records/ends.ts';
import { declarationRecords, reportRecords, statusRecords } from './records/jobs.ts';
import { logRecords } from './records/logs.ts';
import { metricRecords, offsetRecords } from './records/metrics.ts';
import { readEstate, restoreEstate, writeEstate } from './saved-estate.ts';
import { setUp } from './setup.ts';
import { Simulation } from './simulate.ts';

/** How much past the estate brings along, so that charts and comparisons have something to show. */
const HISTORY_S = 30 * 60;
const HISTORY_REPORT_S = 15;
/** No fault begins this late in the history: the visitor first sees a calm estate. */
const CALM_S = 15 * 60;
const REPORT_S = 5;
const FIRST_FAULT_S = 30;
const SAVE_S = 10;

export interface DemoOptions {
  readonly baseUrl: string;
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** Where the estate is kept between runs. */
  readonly estateFile: string;
  /** Called with plain sentences about what is going on. */
  readonly tell: (text: string) => void;
}

/** Runs until `signal` aborts. Rejects when the daemon refuses what the demo sends. */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const feed = createFeed(options.baseUrl, options.clock);
  const start = Math.floor(options.clock.now() / 1000);
  const sim = openEstate(options.estateFile, start);
  const begun = sim.second;
  try {
    await feed.send('jobs', [...declarationRecords(sim), ...reportRecords(sim)], signal);
    await tellPast(sim, feed, signal, start);
    // Rules begin with the present: what the daemon computes while it reads the past is not what it would have said then.
    await setUp(options.baseUrl, options.inbox, signal);
    const past = begun === start - HISTORY_S ? `${HISTORY_S / 60} minutes of history are in` : 'the estate goes on';
    options.tell(`${past}; the first fault begins in ${FIRST_FAULT_S} s`);
    await tellPresent(sim, feed, signal, options);
  } finally {
    writeEstate(options.estateFile, sim);
  }
}

/** The estate of the last run, where it stood at most half an hour ago; else a new one with half an hour of past before it. */
function openEstate(file: string, start: number): Simulation {
  const saved = readEstate(file);
  const second = Math.max(start - HISTORY_S, Math.min(saved?.second ?? 0, start));
  const sim = new Simulation(demoEstate(), second);
  if (saved === null || restoreEstate(sim, saved)) return sim;
  return new Simulation(demoEstate(), start - HISTORY_S);
}

async function tellPast(sim: Simulation, feed: Feed, signal: AbortSignal, start: number): Promise<void> {
  // It begins with the release: a visitor finds what changed, when and by whom.
  const past = new FaultScript(sim, sim.second + 120, 'deploy');
  await live(sim, feed, signal, {
    until: () => start,
    reportEvery: HISTORY_REPORT_S,
    step: () => {
      if (start - sim.second > CALM_S || past.current) past.step();
    },
  });
}

async function tellPresent(
  sim: Simulation,
  feed: Feed,
  signal: AbortSignal,
  { clock, tell, estateFile }: DemoOptions,
): Promise<void> {
  const script = new FaultScript(sim, Math.floor(clock.now() / 1000) + FIRST_FAULT_S);
  let told = script.current;
  while (!signal.aborted) {
    await live(sim, feed, signal, {
      until: () => Math.floor(clock.now() / 1000),
      reportEvery: REPORT_S,
      step: () => {
        script.step();
        if (script.current !== told) {
          tell(
            script.current
              ? `fault begins: ${script.current.kind} at ${script.current.target}`
              : `fault ends: ${told?.kind}`,
          );
          told = script.current;
        }
      },
    });
    if (feed.refused.count > 0)
      throw new Error(`the daemon refused ${feed.refused.count} records: ${feed.refused.first}`);
    if (sim.second % SAVE_S === 0) writeEstate(estateFile, sim);
    await clock.sleep(1000 - (clock.now() % 1000) + 5, signal).catch(() => undefined);
  }
}

interface Pace {
  readonly until: () => number;
  readonly reportEvery: number;
  readonly step: () => void;
}

/** Steps to `until`, sending what each second gives; in history many seconds share a request. */
async function live(sim: Simulation, feed: Feed, signal: AbortSignal, pace: Pace): Promise<void> {
  const batch = {
    metrics: [] as unknown[],
    offsets: [] as unknown[],
    nifi: [] as unknown[],
    druid: [] as unknown[],
    logs: [] as unknown[],
  };
  const flush = async (): Promise<void> => {
    await Promise.all(
      (['metrics', 'offsets', 'nifi', 'druid', 'logs'] as const).map(s => feed.send(s, batch[s].splice(0), signal)),
    );
  };
  while (sim.second < pace.until() && !signal.aborted) {
    sim.step();
    pace.step();
    const events = sim.takeEvents();
    const statuses = statusRecords(events, sim.second * 1000);
    if (statuses.length > 0) await feed.send('jobs', statuses, signal);
    batch.logs.push(...logRecords(sim, events));
    if (sim.second % pace.reportEvery === 0) {
      batch.metrics.push(...metricRecords(sim));
      batch.offsets.push(...offsetRecords(sim));
      batch.nifi.push(...nifiRecords(sim));
      batch.druid.push(...druidRecords(sim));
    }
    if (batch.metrics.length > 400 || batch.logs.length > 1000) await flush();
  }
  await flush();
}
