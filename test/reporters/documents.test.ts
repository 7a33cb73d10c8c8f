/** Channel documents: what each type refuses, with the place. E-mail's and DingTalk's own tests have theirs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseChannel } from '../../alerting/notify/channel-document.ts';
import { reporters } from '../../reporters/index.ts';

const GOOD: Readonly<Record<string, object>> = {
  feishu: { hook_id: 'h' },
  wecom: { key: 'k' },
  slack: { url: 'https://hooks.slack.com/services/T/B/X' },
  teams: { url: 'https://example.com/workflows/1?sig=x' },
  pagerduty: { routing_key: 'r' },
  telegram: { token: '1:a', chat_id: '@dw_alerts' },
  webhook: { url: 'https://example.com/hook', secret: 's' },
};

for (const [type, document] of Object.entries(GOOD)) {
  const reporter = reporters[type as keyof typeof reporters];

  test(`${type}: the least document is taken`, () => assert.deepEqual(reporter.check(document), []));

  test(`${type}: a field nobody knows and a language nobody speaks are refused`, () => {
    assert.deepEqual(
      reporter.check({ ...document, colour: 1 }).map(issue => issue.path),
      [''],
    );
    if (type === 'webhook') return;
    assert.deepEqual(
      reporter.check({ ...document, lang: 'xx' }).map(issue => issue.path),
      ['lang'],
    );
  });

  test(`${type}: each secret may come from the environment, and one that is not set is refused by name`, () => {
    const [field] = reporter.secrets.filter(name => name in document);
    const issues = reporter.check({ ...document, [field ?? '']: { env: 'TIDEWATCH_NOT_SET' } });

    assert.deepEqual(
      issues.map(issue => issue.path),
      [field],
    );
    assert.match(issues[0]?.message ?? '', /TIDEWATCH_NOT_SET is not set/);
  });
}

const REFUSED: readonly [keyof typeof reporters, string, object, string][] = [
  ['slack', 'an address that is none', { url: 'hooks.slack.com/services' }, 'url'],
  ['teams', 'an address of another protocol', { url: 'ftp://example.com/x' }, 'url'],
  ['telegram', 'a chat that is neither a number nor a name', { token: '1:a', chat_id: 'the team' }, 'chat_id'],
  ['wecom', 'a user id with marks of its own', { key: 'k', at: { user_ids: ['a> <@all'] } }, 'at.user_ids.0'],
  ['webhook', 'a limit too small for a message', { url: 'https://example.com', max_bytes: 10 }, 'max_bytes'],
  ['pagerduty', 'no key', {}, 'routing_key'],
  ['feishu', 'a base address with a query', { hook_id: 'h', base_url: 'https://x.example/?a=1' }, 'base_url'],
];
for (const [type, sentence, document, path] of REFUSED) {
  test(`${type} refuses ${sentence}`, () => {
    assert.deepEqual(
      reporters[type].check(document).map(issue => issue.path),
      [path],
    );
  });
}

test('every channel of docs/CHANNELS.md can be used as it is written, and every type has one', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/CHANNELS.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '');
  const channels = blocks.flatMap(block => (parse(block) as { channels: Record<string, unknown>[] }).channels);
  for (const [, name = ''] of text.matchAll(/\{env: ([A-Z_]+)\}/g)) {
    // An address where an address is wanted; anything else takes it too.
    if (name !== 'NAME') process.env[name] = 'https://example.com/x';
  }

  const types = channels.map(channel => parseChannel(channel, reporters).type);

  assert.deepEqual([...new Set(types)].sort(), Object.keys(reporters).sort());
  assert.equal(new Set(channels.map(channel => channel['name'])).size, channels.length);
});
