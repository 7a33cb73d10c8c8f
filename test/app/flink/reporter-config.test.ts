import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configSections, LISTENER_FACTORY, REPORTER_FACTORY } from '../../../app/flink/config-fragment.ts';
import { configuredReporter, hasListener } from '../../../app/flink/reporter-config.ts';
import { flinkTarget } from './target-fixture.ts';

const factory = (name: string): [string, string] => [`metrics.reporter.${name}.factory.class`, REPORTER_FACTORY];

describe('the reporter in a cluster’s configuration', () => {
  test('what flink-config writes is found again', () => {
    const config = new Map(configSections(flinkTarget()).flatMap(section => section.entries));

    assert.deepEqual(configuredReporter(config), {
      name: 'tidewatch',
      isActive: true,
      topic: 'tidewatch.metrics',
      intervalMs: 10_000,
    });
    assert.equal(hasListener(config), true);
  });

  test('without one there is none', () => {
    const other = new Map([['metrics.reporter.prom.factory.class', 'org.apache.PrometheusReporterFactory']]);

    assert.equal(configuredReporter(other), null);
    assert.equal(hasListener(other), false);
  });

  test('it may have another name, and be left out of metrics.reporters', () => {
    const named = configuredReporter(new Map([factory('my.own')]));
    const left = configuredReporter(new Map([factory('tw'), ['metrics.reporters', 'prom, jmx']]));
    const listed = configuredReporter(new Map([factory('tw'), ['metrics.reporters', 'prom, tw']]));

    assert.deepEqual([named?.name, named?.isActive], ['my.own', true]);
    assert.deepEqual([left?.isActive, listed?.isActive], [false, true]);
  });

  test('one listener of several', () => {
    const several = `com.example.Audit;${LISTENER_FACTORY}`;

    assert.equal(hasListener(new Map([['execution.job-status-changed-listeners', several]])), true);
  });

  const INTERVALS: readonly (readonly [text: string, ms: number])[] = [
    ['2 s', 2000],
    ['10 SECONDS', 10_000],
    ['500 ms', 500],
    ['1 min', 60_000],
    ['1500', 1500],
    ['1h', 3_600_000],
    ['soon', 10_000],
  ];
  for (const [text, ms] of INTERVALS)
    test(`an interval of "${text}" is ${ms} ms`, () => {
      const config = new Map([factory('tw'), ['metrics.reporter.tw.interval', text]]);
      assert.equal(configuredReporter(config)?.intervalMs, ms);
    });
});
