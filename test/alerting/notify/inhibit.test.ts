import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PathSource } from '../../../alerting/notify/context.ts';
import {
  compileInhibition,
  type FiringAlert,
  InhibitionDocument,
  Inhibitor,
} from '../../../alerting/notify/inhibit.ts';
import type { Labels } from '../../../model/labels.ts';

const NOWHERE: PathSource = { nodeOf: () => null, upstreamOf: () => new Set() };

function alert(id: string, labels: Labels, startsAt = 0): FiringAlert {
  return { id, labels, startsAt };
}

function inhibitor(document: object, firing: readonly FiringAlert[], paths = NOWHERE): Inhibitor {
  return new Inhibitor([compileInhibition('i', InhibitionDocument.parse(document))], firing, paths);
}

/** Ids of the sources that inhibit each alert now, '-' where none does. */
function verdicts(document: object, firing: readonly FiringAlert[], paths = NOWHERE): string {
  const made = inhibitor(document, firing, paths);
  return firing.map(each => `${each.id}:${made.by(each, 100)?.source.id ?? '-'}`).join(' ');
}

describe('inhibition by labels', () => {
  const CRITICAL = {
    source_matchers: { severity: 'critical' },
    target_matchers: { severity: 'warning' },
    equal: ['job'],
  };
  const TABLE: readonly [string, FiringAlert[], string][] = [
    [
      'equal labels: the critical one speaks',
      [alert('c', { severity: 'critical', job: 'x' }), alert('w', { severity: 'warning', job: 'x' })],
      'c:- w:c',
    ],
    [
      'other labels: both speak',
      [alert('c', { severity: 'critical', job: 'x' }), alert('w', { severity: 'warning', job: 'y' })],
      'c:- w:-',
    ],
    ['both missing is equal', [alert('c', { severity: 'critical' }), alert('w', { severity: 'warning' })], 'c:- w:c'],
    [
      'missing and empty are the same, as everywhere',
      [alert('c', { severity: 'critical', job: '' }), alert('w', { severity: 'warning' })],
      'c:- w:c',
    ],
    [
      'missing on one side only: both speak',
      [alert('c', { severity: 'critical', job: 'x' }), alert('w', { severity: 'warning' })],
      'c:- w:-',
    ],
  ];
  for (const [sentence, firing, expected] of TABLE)
    test(sentence, () => assert.equal(verdicts(CRITICAL, firing), expected));

  const ANY = { source_matchers: { topic: 'a' }, target_matchers: { topic: { op: '=~', value: 'a|b' } } };
  test('a source never inhibits itself', () => {
    assert.equal(verdicts(ANY, [alert('s', { topic: 'a' })]), 's:-');
  });
  test('two alerts that are both source and target do not hush each other, and both hush a mere target', () => {
    const firing = [alert('s', { topic: 'a', n: '1' }), alert('u', { topic: 'a', n: '2' }), alert('t', { topic: 'b' })];
    assert.equal(verdicts(ANY, firing), 's:- u:- t:s');
  });
  test('a source counts from the tick at which it fires', () => {
    const made = inhibitor(CRITICAL, [alert('c', { severity: 'critical' }, 50)]);
    const target = alert('w', { severity: 'warning' });
    assert.deepEqual(
      [49, 50].map(at => made.by(target, at)?.source.id),
      [undefined, 'c'],
    );
  });
  test('a document without matchers is refused, unless it goes by lineage', () => {
    assert.equal(InhibitionDocument.safeParse({ equal: ['job'] }).success, false);
    assert.equal(
      InhibitionDocument.safeParse({ source_matchers: { a: '' }, target_matchers: { b: 'x' } }).success,
      false,
    );
    assert.equal(InhibitionDocument.safeParse({ upstream: true }).success, true);
  });
});

describe('inhibition by lineage', () => {
  /** a -> b -> c, and x -> y -> x in a circle. */
  const UP: Readonly<Record<string, readonly string[]>> = { a: [], b: ['a'], c: ['a', 'b'], x: ['y'], y: ['x'] };
  const paths: PathSource = {
    nodeOf: labels => (labels['job'] !== undefined && labels['job'] in UP ? labels['job'] : null),
    upstreamOf: node => new Set(UP[node]),
  };
  const of = (...jobs: string[]) => jobs.map((job, i) => alert(`${job}${i}`, { job }, i));

  const TABLE: readonly [string, FiringAlert[], string][] = [
    ['the root cause speaks for the whole path', of('c', 'b', 'a'), 'c0:a2 b1:a2 a2:-'],
    ['without the root, what is next to it', of('c', 'b'), 'c0:b1 b1:-'],
    ['alerts of one job leave each other alone', of('b', 'b'), 'b0:- b1:-'],
    ['in a circle the older one speaks, and one always does', of('y', 'x'), 'y0:- x1:y0'],
    ['an alert without a place in the graph speaks', of('a', 'nobody'), 'a0:- nobody1:-'],
  ];
  for (const [sentence, firing, expected] of TABLE)
    test(sentence, () => assert.equal(verdicts({ upstream: true }, firing, paths), expected));

  test('matchers narrow down who is a cause and who a consequence', () => {
    const firing = of('a', 'b', 'c');
    assert.equal(verdicts({ upstream: true, source_matchers: { job: 'b' } }, firing, paths), 'a0:- b1:- c2:b1');
    assert.equal(verdicts({ upstream: true, target_matchers: { job: 'b' } }, firing, paths), 'a0:- b1:a0 c2:-');
  });
  test('a cause lists what follows from it', () => {
    const made = inhibitor({ upstream: true }, of('c', 'b', 'a'), paths);
    assert.deepEqual(
      made.consequencesOf('a2').map(({ id }) => id),
      ['c0', 'b1'],
    );
    assert.deepEqual(made.consequencesOf('b1'), []);
  });
});
