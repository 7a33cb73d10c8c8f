import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHandover } from '../../app/handover.ts';
import { NotForwardedError } from '../../collector/derive.ts';
import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow } from '../../model/offset-row.ts';

const ROW: OffsetRow = { type: 'offsets', ts: 1, hop: 'j', topic: 't', partition: 0, position: 3 };
const EVENT: JobEvent = { type: 'job_id', ts: 1, jobId: 'a', jobName: 'j' };
const NOW = { visible: false };

function world(options: { readonly owns: boolean; readonly kafka?: boolean }) {
  const seen: string[] = [];
  const state = { owns: options.owns, problem: '' };
  const forwarder = {
    async rows() {
      if (state.problem !== '') throw new NotForwardedError(state.problem);
      seen.push('rows forwarded');
    },
    async events() {
      seen.push('events forwarded');
    },
    problem: () => state.problem,
    close: async () => {},
  };
  const handover = createHandover({
    owns: () => state.owns,
    offsets: {
      async take() {
        seen.push('derived');
      },
    },
    jobEvents: {
      async accept() {
        seen.push('accepted');
      },
    },
    forwarder: options.kafka === false ? null : forwarder,
  });
  return { seen, state, handover };
}

test('the owner keeps both, any other daemon passes them on, from the moment that changes', async () => {
  const { seen, state, handover } = world({ owns: true });

  await handover.take([ROW], 1, NOW);
  await handover.accept([EVENT], 1);
  state.owns = false;
  await handover.take([ROW], 1, NOW);
  await handover.accept([EVENT], 1);

  assert.deepEqual(seen, ['derived', 'accepted', 'rows forwarded', 'events forwarded']);
});

test('what does not get through is an error, and said until it does', async () => {
  const { state, handover } = world({ owns: false });
  state.problem = 'cannot be written to x';

  await assert.rejects(handover.take([ROW], 1, NOW), NotForwardedError);

  assert.deepEqual(handover.status(), {
    owner: false,
    detail: 'positions and jobs seen here reach nobody: cannot be written to x',
  });
  state.problem = '';
  assert.equal(handover.status().detail, '');
});

test('without Kafka there is no way to the owner, and the daemon says so once it needed one', async () => {
  const { handover } = world({ owns: false, kafka: false });
  assert.equal(handover.status().detail, '');

  await assert.rejects(handover.accept([EVENT], 1), NotForwardedError);

  assert.match(handover.status().detail, /without kafka there is no way to tell it/);
});
