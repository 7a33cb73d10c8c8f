import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readAppConfig } from '../../app/config.ts';
import { UserError } from '../../model/errors.ts';
import { openSite, type Site } from './app-fixture.ts';

/** Every complaint about a configuration file, without the folder. */
function complaints(site: Site, text: string): string[] {
  const file = site.write('c.yaml', text);
  try {
    readAppConfig(file, {});
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message.split('\n').map(line => line.replaceAll(`${site.dir}/`, ''));
  }
  return [];
}

const RULE = 'name: lag\nschedule: "* * * * *"\nmetrics:\n  - {metric: lag}\ncondition: "{0} > 5"\n';

describe('a configuration', () => {
  const site = openSite();

  test('keeps its data beside the file, wherever the daemon is started', () => {
    assert.equal(readAppConfig(site.write('c.yaml', 'data_dir: ./store'), {}).data_dir, join(site.dir, 'store'));
    assert.equal(readAppConfig(site.write('c.yaml', 'data_dir: /var/lib/x'), {}).data_dir, '/var/lib/x');
  });

  test('states objectives in either spelling', () => {
    const text =
      'reports:\n  - {name: a, reads: [t], slo: {age: 5m}}\n  - {name: b, reads: [t], objective: {age_limit: 5m}}\n';
    const { reports } = readAppConfig(site.write('c.yaml', text), {});

    assert.deepEqual(
      [reports[0]?.slo, reports[1]?.objective],
      [
        { ageMs: 300_000, target: 0.99 },
        { ageMs: 300_000, target: 0.99 },
      ],
    );
  });

  const MISTAKES: readonly (readonly [sentence: string, text: string, expected: readonly string[]])[] = [
    [
      'a channel of an unknown type is named at the type',
      'channels:\n  - name: a\n    type: pigeon\n',
      [
        'c.yaml:3:11 channels.0.type: unknown type "pigeon"; use one of email, dingtalk, feishu, wecom, slack, teams, pagerduty, telegram, webhook',
      ],
    ],
    [
      'a field a channel does not know is named',
      'channels:\n  - {name: a, type: dingtalk, access_token: x, colour: red}\n',
      ['c.yaml:2:5 channels.0: Unrecognized key: "colour"'],
    ],
    [
      'what a channel lacks is named with its place',
      'channels:\n  - {name: a, type: dingtalk}\n',
      ['c.yaml:2:5 channels.0.access_token: expected a text, {env: NAME} or {file: PATH}'],
    ],
    [
      'two channels of one name',
      'channels:\n  - {name: a, type: dingtalk, access_token: x}\n  - {name: a, type: dingtalk, access_token: x}\n',
      ['c.yaml:3:12 channels.1.name: two channels are named "a"'],
    ],
    [
      'a route without receivers',
      'routes:\n  - {matchers: {team: dw}}\n',
      ['c.yaml:2:5 routes.0.receivers: Invalid input: expected array, received undefined'],
    ],
    [
      'an objective without an age',
      'reports:\n  - {name: GMV, reads: [t], objective: {target: 0.9}}\n',
      ['c.yaml:2:29 reports.0.objective.age_limit: expected one of age_limit, age and age_ms'],
    ],
    [
      'an objective said twice',
      'reports:\n  - {name: GMV, reads: [t], objective: {age_limit: 1m}, slo: {age: 1m}}\n',
      ['c.yaml:2:62 reports.0.slo: objective and slo are the same; keep objective'],
    ],
    [
      'a digest at no time',
      'digest: {schedule: "0 9 31 2 *", zone: UTC}\n',
      ['c.yaml:1:20 digest.schedule: no date ever fits this schedule'],
    ],
    ['a digest nowhere', 'digest: {zone: Mars}\n', ['c.yaml:1:16 digest.zone: there is no time zone "Mars"']],
    [
      'a report that reads nothing',
      'reports:\n  - name: r\n    reads: []\n',
      ['c.yaml:3:12 reports.0.reads: Too small: expected array to have >=1 items'],
    ],
  ];
  for (const [sentence, text, expected] of MISTAKES) {
    test(sentence, () => assert.deepEqual(complaints(site, text), expected));
  }
});

describe('rule files', () => {
  test('hold one rule, a list, or "rules" with a list; patterns start at the configuration', () => {
    const site = openSite();
    mkdirSync(join(site.dir, 'rules'));
    site.write('rules/a.yaml', RULE);
    site.write(
      'rules/b.yaml',
      [{ name: 'b1' }, { name: 'b2' }].map(r => ({
        ...r,
        schedule: '* * * * *',
        metrics: [{ metric: 'm' }],
        condition: '{0} > 1',
      })),
    );
    site.write(
      'rules/c.yaml',
      `rules:\n  - {name: c, schedule: "* * * * *", metrics: [{metric: m}], condition: "{0} > 1"}\n`,
    );

    const { fileRules } = readAppConfig(site.write('c.yaml', 'alerting: {rules: ["rules/*.yaml"]}'), {});

    assert.deepEqual(
      fileRules.map(r => [(r.document as { name: string }).name, r.file.slice(site.dir.length)]),
      [
        ['lag', '/rules/a.yaml'],
        ['b1', '/rules/b.yaml'],
        ['b2', '/rules/b.yaml'],
        ['c', '/rules/c.yaml'],
      ],
    );
  });

  const MISTAKES: readonly (readonly [sentence: string, rule: string, expected: readonly (string | RegExp)[]])[] = [
    [
      'a formula is named at its line, with the position in it',
      RULE.replace('{0} > 5', '{0} >'),
      [/^r\.yaml:5:12 rule "lag": condition: .+ \(at position \d+\)$/],
    ],
    [
      'an unknown field is named at the rule',
      `${RULE}recipients: [a]\n`,
      ['r.yaml:1:1 rule "lag": Unrecognized key: "recipients"'],
    ],
    [
      'a cron pattern is named at its line',
      RULE.replace('* * * * *', '61 * * * *'),
      [/^r\.yaml:2:11 rule "lag": schedule: /],
    ],
    ['YAML that cannot be read is named at its line', 'name: [a', [/^r\.yaml:1:9 /]],
    [
      'every mistake of a rule is named at once',
      RULE.replace('{0} > 5', '{0} >').replace('* * * * *', 'often'),
      [/^r\.yaml:5:12 /, /^r\.yaml:2:11 /],
    ],
    [
      'two rules of one name',
      `- {name: a, schedule: "* * * * *", metrics: [{metric: m}], condition: "{0} > 1"}\n- {name: a, schedule: "* * * * *", metrics: [{metric: m}], condition: "{0} > 1"}\n`,
      ['r.yaml:2:10 rule "a": a rule of this name is in r.yaml already'],
    ],
  ];
  for (const [sentence, rule, expected] of MISTAKES) {
    test(sentence, () => {
      const site = openSite();
      site.write('r.yaml', rule);

      const found = complaints(site, 'alerting: {rules: [r.yaml]}');

      assert.equal(found.length, expected.length, found.join('\n'));
      expected.forEach((e, i) => {
        if (typeof e === 'string') assert.equal(found[i], e);
        else assert.match(found[i] ?? '', e);
      });
    });
  }

  test('a pattern that fits no file is a mistake', () => {
    const site = openSite();

    assert.match(
      complaints(site, 'alerting: {rules: ["nope/*.yaml"]}').join(),
      /^alerting\.rules no file fits nope\/\*\.yaml/,
    );
  });
});
