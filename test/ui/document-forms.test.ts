/** Forms of documents without a browser: fields by path, what is sent, who uses a name. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { coloursOf, localMidnights } from '../../web/ui/src/screens/channels/on-call-days.ts';
import { usesOf } from '../../web/ui/src/screens/channels/uses.ts';
import {
  changedFields,
  cleaned,
  documentOf,
  fieldAt,
  numberOrText,
  withField,
} from '../../web/ui/src/screens/channels/written.ts';

describe('documents as forms hold them', () => {
  test('a field inside another is set, read and removed without touching its neighbours', () => {
    const document = { name: 'a', at: { mobiles: ['1'] } };
    assert.deepEqual(withField(document, 'at.all', true), { name: 'a', at: { mobiles: ['1'], all: true } });
    assert.deepEqual(withField(document, 'at.mobiles', undefined), { name: 'a', at: {} });
    assert.deepEqual(withField({ name: 'a' }, 'retry.min', '1s'), { name: 'a', retry: { min: '1s' } });
    assert.equal(fieldAt(document, 'at.user_ids'), undefined);
    assert.equal(fieldAt(document, 'name.first'), undefined);
    assert.equal(fieldAt({ layers: [{ start: 'x' }] }, 'layers.0.start'), 'x');
    assert.equal(fieldAt({ layers: [] }, 'layers.0.start'), undefined);
    assert.deepEqual(document, { name: 'a', at: { mobiles: ['1'] } });
  });

  test('what is left empty is not sent, except the empty value of a matcher, and lists stay lists', () => {
    const typed = {
      name: 'a',
      comment: '',
      at: { mobiles: undefined },
      matchers: { job: '' },
      source_matchers: { team: '' },
      channels: ['x', ''],
      escalation: [{ after: '', receivers: [] }],
    };
    assert.deepEqual(cleaned(typed), {
      name: 'a',
      matchers: { job: '' },
      source_matchers: { team: '' },
      channels: ['x'],
      escalation: [{ receivers: [] }],
    });
  });

  test('a view without what the daemon added is the document, and differing fields are named', () => {
    const view = { id: 'i', version: '3', managed: false, name: 'a', channels: ['x'] };
    assert.deepEqual(documentOf(view), { name: 'a', channels: ['x'] });
    assert.deepEqual(changedFields({ a: 1, b: [1], c: 3 }, { a: 1, b: [2], d: 4 }), ['b', 'c', 'd']);
  });

  test('what is no number is sent as it was typed', () => {
    assert.deepEqual(['', '25', '-1.5', '2k', '1e3'].map(numberOrText), [undefined, 25, -1.5, '2k', '1e3']);
  });
});

test('everything that names a channel is found: routes and their levels, receivers, rotas, rules, stand-ins', () => {
  const uses = usesOf('mail', {
    channels: [
      { id: 'c1', name: 'robot', fallback: 'mail' },
      { id: 'c2', name: 'mail' },
    ],
    receivers: [
      { id: 'v1', name: 'ops', channels: ['robot', 'mail'] },
      { id: 'v2', name: 'mailers', channels: ['robot'] },
    ],
    rotas: [
      {
        id: 'o1',
        name: 'nights',
        layers: [{ members: ['x'], start: '2026-01-01' }],
        overrides: [{ from: 0, to: 1, members: ['mail'] }],
      },
    ],
    routes: [
      { id: 'r1', name: 'levels', receivers: ['x'], escalation: [{ after: '5m', receivers: ['mail'] }] },
      { id: 'r2', receivers: ['mail', 'robot'] },
      { id: 'r3', receivers: ['robot'] },
    ],
    rules: [{ id: 'u1', name: 'lag', receivers: ['mail'] }],
  });
  assert.deepEqual(
    uses.map(({ kind, name }) => `${kind} ${name}`),
    ['route levels', 'route mail, robot', 'receiver ops', 'rota nights', 'rule lag', 'channel robot'],
  );
});

describe('the band of a rota', () => {
  test('days are those of the browser, also where clocks change', () => {
    const from = new Date(2026, 9, 20, 13).getTime();
    const days = localMidnights(from, from + 14 * 86_400_000);
    assert.equal(days.length, 14);
    assert.ok(days.every(at => new Date(at).getHours() === 0 && at > from));
  });

  test('the same people have the same colour, and nobody has none', () => {
    const colours = coloursOf([['li'], ['wang'], ['li'], [], ['li', 'wang']].map(members => ({ members })));
    assert.deepEqual(
      [...colours],
      [
        ['li', 1],
        ['wang', 2],
        ['li, wang', 3],
      ],
    );
  });
});
