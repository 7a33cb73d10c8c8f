import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instantOf } from '../../model/zone.ts';

const CASES: readonly (readonly [sentence: string, zone: string, local: string, instant: string])[] = [
  ['UTC is its own local time', 'UTC', '2026-03-29T02:30:00', '2026-03-29T02:30:00Z'],
  ['a zone east of Greenwich', 'Asia/Shanghai', '2026-11-21T00:00:00', '2026-11-20T16:00:00Z'],
  ['winter time', 'Europe/Berlin', '2026-01-10T08:00:00', '2026-01-10T07:00:00Z'],
  ['summer time', 'Europe/Berlin', '2026-07-10T08:00:00', '2026-07-10T06:00:00Z'],
  [
    'a reading inside the gap is the first instant after it',
    'Europe/Berlin',
    '2026-03-29T02:30:00',
    '2026-03-29T01:00:00Z',
  ],
  ['of two readings in the fold the first', 'Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z'],
  ['midnight inside a gap', 'America/Sao_Paulo', '2018-11-04T00:00:00', '2018-11-04T03:00:00Z'],
];

describe('the instant at which clocks of a zone show a time', () => {
  for (const [sentence, zone, local, instant] of CASES) {
    test(sentence, () => {
      assert.equal(new Date(instantOf(zone, Date.parse(`${local}Z`))).toISOString(), new Date(instant).toISOString());
    });
  }
});
