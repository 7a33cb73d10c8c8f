/** The generated files and the Java classes that read them agree on every key: the Java side is read from its sources. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { configSections, LISTENER_FACTORY, REPORTER_FACTORY } from '../../../app/flink/config-fragment.ts';
import { log4jProperties } from '../../../app/flink/log4j-properties.ts';
import { readProperties } from './java-properties.ts';
import { flinkTarget } from './target-fixture.ts';

const FLINK = join(import.meta.dirname, '../../../flink');

function source(module: 'metrics' | 'lib', className: string): string {
  const file = join(FLINK, module, 'src/main/java', `${className.replaceAll('.', '/')}.java`);
  assert.ok(existsSync(file), `${className} is a class of flink/${module}`);
  return readFileSync(file, 'utf8');
}

/** Keys of our configuration below a prefix. */
function keysBelow(prefix: string): string[] {
  const keys = configSections(flinkTarget()).flatMap(section => section.entries.map(([key]) => key));
  return keys.filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length));
}

/** Values of a class's text constants. */
function constants(java: string): Set<string> {
  return new Set([...java.matchAll(/static final String \w+ =\s*"([^"]*)"/g)].map(match => match[1] ?? ''));
}

describe('the generated files name what the Java classes read', () => {
  test('the reporter’s factory and keys', () => {
    source('metrics', REPORTER_FACTORY);
    const known = constants(source('metrics', 'io.tidewatch.flink.metrics.ReporterSettings'));
    const ofFlink = ['factory.class', 'interval'];
    const ours = keysBelow('metrics.reporter.tidewatch.').filter(key => !ofFlink.includes(key));

    assert.ok(ours.length > 0 && known.has('kafka.'));
    assert.deepEqual(
      ours.filter(key => !known.has(key.replace(/^kafka\..+$/, 'kafka.'))),
      [],
    );
  });

  test('the appender’s plugin name and attributes', () => {
    const java = source('lib', 'io.tidewatch.flink.log.KafkaLogAppender');
    const attributes = [...java.matchAll(/@PluginBuilderAttribute[^;]*?private \w+ (\w+)/g)].map(match => match[1]);
    const entries = readProperties(log4jProperties(flinkTarget(), 'process'));
    const ours = [...entries.keys()].flatMap(key => /^appender\.tidewatch\.(\w+)$/.exec(key)?.[1] ?? []);

    assert.match(java, new RegExp(`@Plugin\\(name = "${entries.get('appender.tidewatch.type')}"`));
    assert.deepEqual(
      ours.filter(name => name !== 'type' && name !== 'name' && !attributes.includes(name)),
      [],
    );
    assert.deepEqual(
      attributes.filter(name => name !== undefined && !ours.includes(name)),
      [],
    );
  });

  test('the listener’s factory and keys', () => {
    source('lib', LISTENER_FACTORY);
    const java = source('lib', 'io.tidewatch.flink.lineage.ListenerSettings');
    const ours = keysBelow('tidewatch.jobs.').map(key => key.replace(/^kafka\..+$/, 'kafka.'));

    assert.ok(constants(java).has('tidewatch.jobs.'));
    assert.deepEqual([...new Set(ours)], ['topic', 'owner', 'kafka.']);
    for (const key of ours) assert.ok(java.includes(`PREFIX + "${key}"`), key);
  });
});
