import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadConfig } from '../../config/load.ts';
import { checkAcross, sharedConfig } from '../../config/schema.ts';
import { UserError } from '../../model/errors.ts';

describe('a secret in a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-secrets-'));
  after(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'secrets'));
  const config = join(dir, 'tidewatch.yaml');

  function write(name: string, text: string): string {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  }

  function passwordFrom(path: string) {
    writeFileSync(config, JSON.stringify({ http: { auth: { password: { file: path } } } }));
    const { auth } = loadConfig(sharedConfig, config, { check: checkAcross }).http;
    assert.ok(auth);
    return auth.password;
  }

  function complaintAbout(path: string): string {
    try {
      passwordFrom(path);
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.message;
    }
    return '';
  }

  const CONTENTS: readonly (readonly [sentence: string, content: string, secret: string])[] = [
    ['is its content', 'hunter2', 'hunter2'],
    ['loses the newline at its end', 'hunter2\n', 'hunter2'],
    ['loses the newline of Windows', 'hunter2\r\n', 'hunter2'],
    ['keeps blanks, which may belong to it', ' hunter 2 \n', ' hunter 2 '],
  ];
  for (const [sentence, content, secret] of CONTENTS) {
    test(sentence, () => {
      write('secrets/password', content);

      assert.equal(passwordFrom('secrets/password').reveal(), secret);
    });
  }

  test('is found at an absolute path', () => {
    assert.equal(passwordFrom(write('absolute', 'by its whole path')).reveal(), 'by its whole path');
  });

  test('is looked for below the working directory when it is not beside the configuration', () => {
    const elsewhere = write('elsewhere', 'from the working directory');

    assert.equal(passwordFrom(relative('.', elsewhere)).reveal(), 'from the working directory');
  });

  test('that is missing is told with its place and every path tried', () => {
    const [beside, below] = [join(dir, 'no-such-file'), resolve('no-such-file')];

    assert.equal(
      complaintAbout('no-such-file'),
      `${config}:1:29 http.auth.password: there is no file ${beside}, nor ${below}`,
    );
    assert.match(complaintAbout(join(dir, 'no-such-file')), /there is no file [^,]*no-such-file$/);
  });

  test('that is empty or a folder is told', () => {
    write('empty', '\n');

    assert.match(complaintAbout('empty'), /http\.auth\.password: the file .*empty is empty$/);
    assert.match(complaintAbout('secrets'), /http\.auth\.password: cannot read the file .*secrets: EISDIR/);
  });

  test('that is rotated is read anew, and the last one stands while it is being replaced', () => {
    const file = write('rotated', 'first\n');
    const password = passwordFrom('rotated');

    write('rotated', 'second\n');
    assert.equal(password.reveal(), 'second');
    write('rotated', '');
    assert.equal(password.reveal(), 'second');
    rmSync(file);
    assert.equal(password.reveal(), 'second');
    write('rotated', 'third\n');
    assert.equal(password.reveal(), 'third');
    assert.equal(String(password), '<secret>');
  });
});
