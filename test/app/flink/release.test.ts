import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  FLINK_VERSIONS,
  type FlinkTraits,
  type FlinkVersion,
  flinkVersionOf,
  traitsOf,
} from '../../../app/flink/release.ts';

const NAMES: readonly (readonly [text: string, version: FlinkVersion | null])[] = [
  ['2.3.0', '2.x'],
  ['2.x', '2.x'],
  ['2', '2.x'],
  ['1.20.3', '1.20'],
  ['1.20', '1.20'],
  ['1.18.1', '1.18'],
  ['1.17-SNAPSHOT', '1.17'],
  ['1.14.6', '1.14'],
  ['1.13.6', null],
  ['1.12.7', null],
  ['1.2', null],
  ['1.200', null],
  ['1.x', null],
  ['20.1', null],
  ['<unknown>', null],
];
for (const [text, version] of NAMES)
  test(`Flink ${text} is ${version ?? 'none that was run'}`, () => {
    assert.equal(flinkVersionOf(text), version);
  });

/** A sentence, and of which lines it is true. */
const TRAITS: readonly (readonly [sentence: string, is: (traits: FlinkTraits) => boolean, versions: string])[] = [
  ['has job listeners', t => t.hasListener, '2.x'],
  ['reads config.yaml', t => t.readsConfigYaml, '2.x 1.20 1.19'],
  ['reads flink-conf.yaml', t => t.readsFlinkConf, '1.20 1.19 1.18 1.17 1.16 1.15 1.14'],
  ['puts the job into the lines of its tasks', t => t.tagsLines, '2.x 1.20'],
  ['logs its actors as Pekko', t => t.actors === 'org.apache.pekko', '2.x 1.20 1.19 1.18'],
  ['knows the newer key of pod templates', t => t.podTemplateKey.endsWith('.default'), '2.x 1.20 1.19 1.18 1.17'],
];
describe('of the lines of Flink', () => {
  for (const [sentence, is, versions] of TRAITS)
    test(`${versions} ${sentence}, others do not`, () => {
      assert.equal(FLINK_VERSIONS.filter(version => is(traitsOf(version))).join(' '), versions);
    });
});
