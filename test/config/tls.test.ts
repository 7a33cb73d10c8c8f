import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { tlsOptions } from '../../app/tls.ts';
import { parseConfig } from '../../config/load.ts';
import { checkAcross, sharedConfig } from '../../config/schema.ts';
import { UserError } from '../../model/errors.ts';
import { createAuthority } from '../servers/certificates.ts';

describe('tls', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-tls-'));
  after(() => rmSync(dir, { recursive: true, force: true }));
  const authority = createAuthority('an authority');
  const client = authority.issue('a client');
  const locked = createPrivateKey(client.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'sesame',
  });
  const FILES = {
    'ca.pem': authority.ca,
    'client.pem': client.cert,
    'client.key': client.key,
    'locked.key': String(locked),
    'other.key': authority.issue('another').key,
    'broken.pem': '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n',
    'store.jks': '\u00fe\u00ed\u00fe\u00ed',
  };
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);

  function read(tls: unknown) {
    const text = JSON.stringify({ kafka: { brokers: ['k:1'], tls } });
    return parseConfig(sharedConfig, text, { file: 'c.yaml', dir, check: checkAcross });
  }

  function complaintAbout(tls: unknown): string {
    try {
      read(tls);
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.message.replaceAll(/^c\.yaml:\d+:\d+ /gm, '');
    }
    return '';
  }

  function optionsOf(settings: unknown) {
    const tls = read(settings).kafka?.tls;
    assert.ok(tls);
    return tlsOptions(tls);
  }

  test('is on, off, or settings of its own', () => {
    assert.equal(read(undefined).kafka?.tls, undefined);
    assert.equal(read(false).kafka?.tls, false);
    assert.deepEqual(
      { ...optionsOf(true) },
      {
        rejectUnauthorized: true,
        ca: undefined,
        cert: undefined,
        key: undefined,
        passphrase: undefined,
      },
    );
    assert.equal(optionsOf({ reject_unauthorized: false }).rejectUnauthorized, false);
  });

  const WAYS: readonly (readonly [sentence: string, ca: unknown])[] = [
    ['a path', 'ca.pem'],
    ['a path with a name', { file: 'ca.pem' }],
    ['the text itself', authority.ca],
  ];
  for (const [sentence, ca] of WAYS) {
    test(`an authority is ${sentence}`, () => assert.equal(String(optionsOf({ ca }).ca).trim(), authority.ca.trim()));
  }

  test('a client shows certificate and key, also one that is locked', () => {
    const open = optionsOf({ cert: 'client.pem', key: 'client.key' });
    const withPassword = optionsOf({ cert: 'client.pem', key: 'locked.key', key_password: 'sesame' });

    assert.match(String(open.key), /^-----BEGIN PRIVATE KEY-----/);
    assert.equal(withPassword.passphrase, 'sesame');
  });

  test('files are read anew for every connection', () => {
    writeFileSync(join(dir, 'rotated.pem'), authority.ca);
    const options = optionsOf({ ca: 'rotated.pem' });
    const next = createAuthority('the next one').ca;

    writeFileSync(join(dir, 'rotated.pem'), next);

    assert.equal(String(options.ca).trim(), next.trim());
  });

  test('a key never prints', () => {
    const config = read({ cert: 'client.pem', key: 'client.key' });

    assert.doesNotMatch(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`, /PRIVATE/);
  });

  const MISTAKES: readonly (readonly [sentence: string, tls: unknown, complaint: RegExp])[] = [
    ['neither a switch nor settings', 'yes', /^kafka\.tls: expected true, false or \{ca, cert, key\}$/],
    ['an unknown key', { cacert: 'ca.pem' }, /^kafka\.tls\.cacert: unknown key "cacert"$/],
    ['a wrong type', { ca: 3 }, /^kafka\.tls\.ca: expected a text, /],
    ['a missing file', { ca: 'no.pem' }, /^kafka\.tls\.ca: there is no file .*no\.pem, nor .*no\.pem$/],
    ['a Java key store', { ca: 'store.jks' }, /^kafka\.tls\.ca: no certificate is in it; PEM is expected; keytool /],
    ['a private key for an authority', { ca: 'client.key' }, /^kafka\.tls\.ca: no certificate is in it/],
    ['a broken certificate', { ca: 'broken.pem' }, /^kafka\.tls\.ca: a certificate cannot be read: /],
    ['a certificate without its key', { cert: 'client.pem' }, /^kafka\.tls\.cert: .*set key beside it$/],
    ['a key without its certificate', { key: 'client.key' }, /^kafka\.tls\.key: .*set cert beside it$/],
    [
      'a key of another certificate',
      { cert: 'client.pem', key: 'other.key' },
      /^kafka\.tls\.key: it is not the private key of/,
    ],
    ['a certificate for a key', { cert: 'client.pem', key: 'ca.pem' }, /^kafka\.tls\.key: no private key can be read/],
    [
      'a locked key without its password',
      { cert: 'client.pem', key: 'locked.key' },
      /^kafka\.tls\.key: .* key_password$/,
    ],
  ];
  for (const [sentence, tls, complaint] of MISTAKES) {
    test(`${sentence} is told`, () => assert.match(complaintAbout(tls), complaint));
  }

  test('Elasticsearch with settings for TLS needs an https address', () => {
    const text = JSON.stringify({ elasticsearch: { node: 'http://e:9200', tls: { ca: 'ca.pem' } } });

    assert.throws(
      () => parseConfig(sharedConfig, text, { file: 'c.yaml', dir, check: checkAcross }),
      /elasticsearch\.node: elasticsearch\.tls needs an https:\/\/ address/,
    );
  });
});
