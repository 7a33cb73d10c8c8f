import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { cli } from './run-cli.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidewatch-rules-'));
after(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const RULE = `
name: lag
schedule: "* * * * *"
window: 1m
group_by: [topic]
metrics: [{metric: lag}]
condition: "{0} > 10"
`;

describe('tidewatch rules test', () => {
  const tests = (state: string): string => `
rules: [lag.yaml]
tests:
  - name: it rises
    series: [{series: 'lag{topic="a"}', values: '0+5x10'}]
    cases:
      - {at: 1m, rule: lag}
      - {at: 3m, rule: lag, alerts: [{labels: {topic: a}, state: ${state}}]}
`;

  test('exits 0 when every case holds', async () => {
    file('lag.yaml', RULE);
    const { code, out: stdout } = await cli(['rules', 'test', file('good.yaml', tests('firing'))]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /SUCCESS/);
  });

  test('exits 1 with the difference', async () => {
    file('lag.yaml', RULE);
    const path = file('bad.yaml', tests('pending'));
    const { code, out: stdout } = await cli(['rules', 'test', path]);
    assert.equal(code, 1);
    assert.equal(
      stdout,
      `${path}\n  FAILED: it rises, rule lag at 3m\n    - {topic="a"} pending\n    + {topic="a"} firing\nFAILED: 1 of 2 cases\n`,
    );
    const json = await cli(['rules', 'test', path, '--json']);
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.out).results[1].unexpected[0].state, 'firing');
  });

  test('exits 2 naming file, line and column of what it cannot read', async () => {
    file('lag.yaml', RULE.replace('{0} > 10', '{0} >'));
    const rules = await cli(['rules', 'test', file('good.yaml', tests('firing'))]);
    assert.equal(rules.code, 2);
    assert.match(rules.err, /lag\.yaml:7.*condition/);
    const broken = await cli([
      'rules',
      'test',
      file('broken.yaml', 'rules: [x]\ntests:\n  - cases: [{at: soon, rule: x}]\n'),
    ]);
    assert.equal(broken.code, 2);
    assert.match(broken.err, /broken\.yaml:3:\d+ tests\.0\.cases\.0\.at/);
    assert.equal((await cli(['rules', 'test'])).code, 2);
    assert.equal((await cli(['rules', 'test', join(dir, 'none.yaml')])).code, 2);
  });
});

describe('tidewatch rules import-prometheus', () => {
  const PROMETHEUS = `
groups:
  - name: g
    interval: 5m
    rules:
      - {record: "a:b", expr: sum(a)}
      - alert: Down
        expr: up == 0
        for: 5m
        labels: {severity: critical}
      - alert: Quantile
        expr: histogram_quantile(0.9, x) > 1
`;

  test('prints rules that can be loaded, and a line for everything not converted', async () => {
    const path = file('prometheus.yaml', PROMETHEUS);
    const out = join(dir, 'imported.yaml');
    const { code, err: stderr } = await cli(['rules', 'import-prometheus', path, '--out', out]);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `${path}:6:18 not converted: a:b: a recording rule; query the expression instead\n` +
        `${path}:12:15 not converted: Quantile: the function histogram_quantile() (at position 0 of the expression)\n` +
        '1 rules; 2 not converted\n',
    );
    const tests = file(
      'imported-test.yaml',
      `{rules: [imported.yaml], tests: [{series: [{series: 'up{i="a"}', values: '1 0x30'}], cases: [{at: 15m, rule: Down, alerts: [{labels: {i: a, severity: critical}}]}]}]}`,
    );
    const run = await cli(['rules', 'test', tests]);
    assert.equal(run.code, 0, run.out + run.err);
  });

  test('exits 2 for a file that is none', async () => {
    const { code, err: stderr } = await cli(['rules', 'import-prometheus', file('none.yaml', 'groups: 5\n')]);
    assert.equal(code, 2);
    assert.match(stderr, /none\.yaml:1:\d+ groups/);
  });
});
