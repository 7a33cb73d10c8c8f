import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { onCall, RotaDocument } from '../../../alerting/notify/rota.ts';

const at = (text: string): number => Date.parse(text);
const rota = (document: object): RotaDocument => RotaDocument.parse({ name: 'r', ...document });
const who = (document: RotaDocument, time: string): string => onCall(document, at(time)).members.join();

describe('weekly turns', () => {
  const weekly = rota({
    zone: 'Asia/Shanghai',
    layers: [{ members: ['li', 'wang', 'zhao'], start: '2026-11-02', handover: { day: 1, time: '09:00' } }],
  });
  const TABLE: readonly [string, string, string][] = [
    ['before the first handover nobody is on call', '2026-11-02T00:59:59Z', ''],
    ['the first turn begins at the handover, local time', '2026-11-02T01:00:00Z', 'li'],
    ['it lasts to the next handover', '2026-11-09T00:59:59Z', 'li'],
    ['the second turn', '2026-11-09T01:00:00Z', 'wang'],
    ['the third turn', '2026-11-20T12:00:00Z', 'zhao'],
    ['then it starts over', '2026-11-23T01:00:00Z', 'li'],
  ];
  for (const [sentence, time, expected] of TABLE) test(sentence, () => assert.equal(who(weekly, time), expected));

  test('the answer says since when and until when', () => {
    const { by, from, to } = onCall(weekly, at('2026-11-10T00:00:00Z'));
    assert.deepEqual([by, from, to], ['layer 1', at('2026-11-09T01:00:00Z'), at('2026-11-16T01:00:00Z')]);
  });

  test('a first day that is not the day of the handover waits for it', () => {
    const late = rota({ layers: [{ members: ['li'], start: '2026-11-03', handover: { day: 1, time: '00:00' } }] });
    assert.equal(who(late, '2026-11-08T23:59:59Z'), '');
    assert.equal(who(late, '2026-11-09T00:00:00Z'), 'li');
  });
});

describe('clock changes', () => {
  test('a handover inside the gap happens at the first instant after it', () => {
    const gap = rota({
      zone: 'America/New_York',
      layers: [{ members: ['a', 'b'], start: '2026-03-01', handover: { day: 0, time: '02:30' } }],
    });
    // 2026-03-08: 02:00 becomes 03:00 at 07:00 Z.
    assert.equal(who(gap, '2026-03-08T06:59:59Z'), 'a');
    assert.equal(who(gap, '2026-03-08T07:00:00Z'), 'b');
  });
  test('a handover in the hour that comes twice happens once, the first time', () => {
    const fold = rota({
      zone: 'America/New_York',
      layers: [{ members: ['a', 'b'], start: '2026-10-25', handover: { day: 0, time: '01:30' } }],
    });
    // 2026-11-01: 01:30 is 05:30 Z and again 06:30 Z.
    assert.deepEqual(
      ['05:29', '05:30', '06:10', '06:30'].map(time => who(fold, `2026-11-01T${time}:00Z`)),
      ['a', 'b', 'b', 'b'],
    );
  });

  test('turns follow each other without hole or overlap, in every zone', () => {
    const zones = fc.constantFrom('UTC', 'Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe');
    const layer = fc.record({
      day: fc.integer({ min: 0, max: 6 }),
      minute: fc.integer({ min: 0, max: 1439 }),
      weeks: fc.integer({ min: 1, max: 5 }),
    });
    const instant = fc.integer({ min: at('2026-01-10T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
    fc.assert(
      fc.property(zones, layer, instant, (zone, { day, minute, weeks }, time) => {
        const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        const layers = [{ members: ['a', 'b', 'c'], start: '2026-01-01', handover: { day, time: clock }, weeks }];
        const turn = onCall(rota({ zone, layers }), time);
        if (turn.from === null || turn.to === null) return time < at('2026-01-09T00:00:00Z');
        const next = onCall(rota({ zone, layers }), turn.to);
        return turn.from <= time && time < turn.to && next.from === turn.to && next.members[0] !== turn.members[0];
      }),
      { numRuns: 300 },
    );
  });
});

describe('layers and overrides', () => {
  const nights = rota({
    zone: 'Asia/Shanghai',
    layers: [
      { name: 'days', members: ['day'], start: '2026-11-02' },
      {
        name: 'nights',
        members: ['night'],
        start: '2026-11-02',
        hours: { from: '22:00', to: '06:00', days: [1, 2, 3, 4, 5] },
      },
    ],
    overrides: [{ from: '2026-11-10T00:00:00Z', to: '2026-11-11T00:00:00Z', members: ['swap', 'help'] }],
  });
  const TABLE: readonly [string, string, string][] = [
    ['a layer on duty speaks over the one below', '2026-11-04T15:00:00Z', 'night'],
    ['outside its hours the one below speaks', '2026-11-04T05:00:00Z', 'day'],
    ['a night belongs to the day it begins on: Friday night reaches into Saturday', '2026-11-06T20:00:00Z', 'night'],
    ['Saturday night is not on its list', '2026-11-07T15:00:00Z', 'day'],
    ['an override speaks over everything', '2026-11-10T15:00:00Z', 'swap,help'],
    ['until its end', '2026-11-11T00:00:00Z', 'day'],
  ];
  for (const [sentence, time, expected] of TABLE) test(sentence, () => assert.equal(who(nights, time), expected));
});
