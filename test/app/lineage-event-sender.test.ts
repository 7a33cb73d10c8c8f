/** One target of lineage events: order, failures, what it was told before, and how it stops. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SendResult } from '../../alerting/notify/notifier.ts';
import { EventSender } from '../../app/lineage-events/sender.ts';
import { JobRegistry } from '../../lineage/graph/job-registry.ts';
import type { Told } from '../../lineage/openlineage/emission.ts';
import { stepEvent } from '../../lineage/openlineage/events.ts';
import { FacetMaker } from '../../lineage/openlineage/facets.ts';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { silent } from './app-fixture.ts';

const away: SendResult = { kind: 'retryable', class: 'network', error: 'ECONNREFUSED' };
const refused: SendResult = { kind: 'permanent', class: 'refused', error: 'HTTP 400' };

/** A sender of a registry's jobs to a target that answers as it is told, `sent` where nothing is left to tell. */
function setup(options: { answers?: SendResult[]; told?: Map<string, Told> } = {}) {
  const clock = new ManualClock(1_000_000);
  const telemetry = createTelemetry();
  const registry = new JobRegistry();
  const sent: string[] = [];
  const attempts: number[] = [];
  const kept = new Map<string, Told>();
  const store = { away: false };
  const answers = [...(options.answers ?? [])];
  const maker = new FacetMaker('urn:tidewatch:test');
  const told = options.told ?? new Map<string, Told>();
  const sender = new EventSender({
    target: {
      name: 'marquez',
      async send(event) {
        attempts.push(clock.now() - 1_000_000);
        const answer = answers.shift() ?? { kind: 'sent' };
        if (answer.kind === 'sent') sent.push(`${event.job.name} ${event.eventType ?? 'job'}`);
        return answer;
      },
    },
    told,
    job: name => registry.get(name, clock.now()),
    event: (job, step) => stepEvent({ namespace: 'flink', name: job.name, owner: null, sql: null }, step, null, maker),
    keep: async batch => {
      if (store.away) throw new StoreAwayError('away');
      for (const [name, value] of batch) kept.set(name, value);
    },
    random: () => 0.999,
    clock,
    telemetry,
    logger: silent,
  });
  const submit = (jobName: string, jobId: string): void => {
    registry.submit({ type: 'job', ts: 1, jobName, jobId, sql: 'INSERT INTO b SELECT * FROM a' });
    sender.note(jobName);
  };
  const status = (jobName: string, jobId: string, ts: number, word: string): void => {
    registry.status({ type: 'job_status', ts, jobName, jobId, status: word });
    sender.note(jobName);
  };
  const count = async (outcome: string): Promise<number> => {
    const { values } = await telemetry.lineageEvents.get();
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  };
  const waiting = async (): Promise<number | undefined> =>
    (await telemetry.lineageEventsWaiting.get()).values[0]?.value;
  return { clock, sender, sent, attempts, kept, store, told, submit, status, count, waiting };
}

describe('EventSender', () => {
  test('tells each job’s events in their order and remembers what it told', async () => {
    const { clock, sender, sent, kept, submit, status, count } = setup();
    sender.start();

    submit('a', 'r1');
    submit('b', 'r2');
    await clock.advance(0);
    status('a', 'r1', 2, 'RUNNING');
    status('a', 'r1', 3, 'FINISHED');
    await clock.advance(0);

    assert.deepEqual(sent, ['a START', 'b START', 'a RUNNING', 'a COMPLETE']);
    assert.deepEqual([...kept.keys()], ['a', 'b']);
    assert.equal(kept.get('a')?.runs['r1'], 3);
    assert.equal(await count('sent'), 4);
    await sender.stop();
  });

  test('a target that is away is tried again, ever more rarely, and nothing is told twice or out of order', async () => {
    const { clock, sender, sent, attempts, submit, status, count } = setup({ answers: [away, away, away] });
    sender.start();

    submit('a', 'r1');
    await clock.advance(0);
    status('a', 'r1', 2, 'RUNNING');
    await clock.advance(60_000);

    assert.deepEqual(sent, ['a START', 'a RUNNING']);
    assert.deepEqual(attempts, [0, 1998, 5994, 13_986, 13_986]);
    assert.equal(await count('retried'), 3);
    await sender.stop();
  });

  test('waits as long as the target asks', async () => {
    const { clock, sender, attempts, submit } = setup({ answers: [{ ...away, retryAfterMs: 30_000 }] });
    sender.start();

    submit('a', 'r1');
    await clock.advance(0);
    await clock.advance(60_000);

    assert.deepEqual(attempts, [0, 30_000]);
    await sender.stop();
  });

  test('an event that is refused for good holds up no other', async () => {
    const { clock, sender, sent, kept, submit, count } = setup({ answers: [refused] });
    sender.start();

    submit('a', 'r1');
    submit('b', 'r2');
    await clock.advance(0);

    assert.deepEqual(sent, ['b START']);
    assert.equal(kept.has('a'), true);
    assert.equal(await count('refused'), 1);
    await sender.stop();
  });

  test('after a restart it goes on where it stopped', async () => {
    const first = setup();
    first.sender.start();
    first.submit('a', 'r1');
    await first.clock.advance(0);
    await first.sender.stop();
    const second = setup({ told: new Map(first.kept) });
    second.sender.start();

    second.submit('a', 'r1');
    second.status('a', 'r1', 2, 'RUNNING');
    await second.clock.advance(0);

    assert.deepEqual([first.sent, second.sent], [['a START'], ['a RUNNING']]);
    await second.sender.stop();
  });

  test('what could not be kept is kept with the next', async () => {
    const { clock, sender, kept, store, submit } = setup();
    sender.start();
    store.away = true;
    submit('a', 'r1');
    await clock.advance(0);

    store.away = false;
    submit('b', 'r2');
    await clock.advance(0);

    assert.deepEqual([...kept.keys()], ['a', 'b']);
    await sender.stop();
  });

  test('stops while a target is away, and what was not told is not remembered', async () => {
    const { clock, sender, kept, submit, waiting } = setup({ answers: Array.from({ length: 100 }, () => away) });
    sender.start();
    submit('a', 'r1');
    submit('b', 'r2');
    await clock.advance(5000);
    assert.equal(await waiting(), 2);

    await sender.stop();

    assert.equal(kept.size, 0);
  });

  test('a job nobody knows any more is passed over', async () => {
    const { clock, sender, sent, submit } = setup();
    sender.start();

    sender.note('gone');
    submit('a', 'r1');
    await clock.advance(0);

    assert.deepEqual(sent, ['a START']);
    await sender.stop();
  });

  test('names beyond the limit are dropped and counted', async () => {
    const { sender, count } = setup();

    for (let i = 0; i < 50_002; i++) sender.note(`j${i}`);

    assert.equal(await count('dropped'), 2);
  });
});
