import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sliced, slicer } from '../../../lineage/graph/sliced.ts';

/** A question that takes three slices and answers the state it saw. */
function question() {
  const state = { revision: 1, begun: 0, finished: 0 };
  const sliced = new Sliced(
    function* () {
      state.begun++;
      const seen = state.revision;
      yield;
      yield;
      state.finished++;
      return seen;
    },
    () => state.revision,
  );
  return { state, sliced };
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('an answer in slices', () => {
  test('lets others run in between', async () => {
    const { state, sliced } = question();
    const answer = sliced.get();

    assert.deepEqual([state.begun, state.finished], [1, 0]);
    assert.equal(await answer, 1);
  });

  test('is worked out once for all who ask, and kept until something changes', async () => {
    const { state, sliced } = question();

    assert.deepEqual(await Promise.all([sliced.get(), sliced.get()]), [1, 1]);
    assert.equal(await sliced.get(), 1);
    assert.equal(state.begun, 1);
    state.revision++;
    assert.equal(await sliced.get(), 2);
    assert.equal(state.begun, 2);
  });

  test('begins anew when something changes under it', async () => {
    const { state, sliced } = question();
    const answer = sliced.get();
    state.revision = 7;

    assert.equal(await answer, 7);
    assert.deepEqual([state.begun, state.finished], [2, 1]);
  });

  test('is given at the third attempt whatever changes', async () => {
    const { state, sliced } = question();
    const answer = sliced.get();
    let answered = false;
    const watched = answer.then(() => {
      answered = true;
    });
    for (let i = 0; i < 20 && !answered; i++) {
      state.revision++;
      await turn();
    }
    await watched;

    assert.deepEqual([state.begun, state.finished], [3, 1]);
  });

  test('that fails is asked again by the next one', async () => {
    let isBroken = true;
    const sliced = new Sliced<number>(
      function* () {
        yield;
        if (isBroken) throw new Error('broken');
        return 1;
      },
      () => 1,
    );

    await assert.rejects(sliced.get(), /broken/);
    isBroken = false;
    assert.equal(await sliced.get(), 1);
  });

  test('is cut by work done', () => {
    const isSlice = slicer(3);

    assert.deepEqual([1, 2, 3, 4, 5, 6].map(isSlice), [false, false, true, false, false, true]);
  });
});
