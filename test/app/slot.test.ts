import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slot } from '../../app/slot.ts';
import { UserError } from '../../model/errors.ts';

test('a slot gives what is in it, and says 503 with a reason while it is empty', () => {
  const slot = new Slot<string>('the intake is not open here');
  const refused = (error: unknown): boolean =>
    error instanceof UserError &&
    error.status === 503 &&
    error.code === 'standby' &&
    /not open here/.test(error.message);

  assert.equal(slot.peek(), null);
  assert.throws(() => slot.get(), refused);
  slot.set('open');
  assert.deepEqual([slot.get(), slot.peek()], ['open', 'open']);
  slot.set(null);
  assert.throws(() => slot.get(), refused);
});
