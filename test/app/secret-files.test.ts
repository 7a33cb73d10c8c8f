import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { restartNeeded } from '../../app/reload.ts';
import { UserError } from '../../model/errors.ts';
import { openSite } from './app-fixture.ts';

describe('secrets in files beside the configuration', () => {
  test('a channel finds its own there', () => {
    const site = openSite();
    site.write('hook', 'https://chat.example/hook/42\n');

    const { channels } = site.config({ channels: [{ name: 'ops', type: 'slack', url: { file: 'hook' } }] });

    assert.deepEqual(channels[0]?.['url'], { file: join(site.dir, 'hook') });
  });

  test('a channel without it is told at the field, with every path tried', () => {
    const site = openSite();

    assert.throws(
      () => site.config({ channels: [{ name: 'ops', type: 'slack', url: { file: 'hook' } }] }),
      (error: unknown) =>
        error instanceof UserError &&
        error.message.includes(`channels.0.url: there is no file ${join(site.dir, 'hook')}, nor `),
    );
  });

  test('one that was rotated needs no restart, another login does', () => {
    const site = openSite();
    const kafka = (password: unknown) => ({
      kafka: { brokers: ['k:1'], sasl: { mechanism: 'plain', username: 'u', password } },
    });
    site.write('password', 'first');
    const before = site.config(kafka({ file: 'password' }));
    site.write('password', 'second');

    assert.deepEqual(restartNeeded(before, site.config(kafka({ file: 'password' }))), []);
    assert.deepEqual(restartNeeded(before, site.config(kafka('third'))), ['kafka']);
  });
});
