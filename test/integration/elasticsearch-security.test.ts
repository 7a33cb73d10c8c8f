/** An Elasticsearch as production has it: TLS by an authority of its own, a login or an API key; what goes wrong there is told where it is mended. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readAppConfig } from '../../app/config.ts';
import { elasticsearchOptions } from '../../app/stores.ts';
import { connectElasticsearch } from '../../store/elasticsearch/client.ts';
import { cli } from '../app/run-cli.ts';
import { createAuthority } from '../servers/certificates.ts';
import {
  basicAuth,
  ELASTICSEARCH_USER,
  type SecureElasticsearch,
  startSecureElasticsearch,
} from '../servers/secure-elasticsearch.ts';
import { freePorts } from '../servers/server-process.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 240_000;
const WRONG_PASSWORD = 'not-the-Pa55word';
const NEXT_PASSWORD = 'the-next-Pa55word';
const dir = scratchDir();
const { username, password, apiKey } = ELASTICSEARCH_USER;
let server: SecureElasticsearch | undefined;

before(async () => {
  server = await startSecureElasticsearch();
  write('ca.pem', server.ca);
  write('other-ca.pem', createAuthority('another authority').ca);
  write('client.pem', server.client.cert);
  write('client.key', server.client.key);
});

after(() => server?.close());

function started(): SecureElasticsearch {
  assert.ok(server);
  return server;
}

function write(name: string, text: string): void {
  writeFileSync(join(dir, name), text, { mode: 0o600 });
}

/** Asks with the client that a daemon of this configuration has; resolves with the complaint, or '' without one. */
async function complaint(elasticsearch: object): Promise<string> {
  const config = readAppConfig(writeConfig(dir, 'client', { elasticsearch }), {});
  assert.ok(config.elasticsearch);
  const es = connectElasticsearch(elasticsearchOptions(config.elasticsearch));
  try {
    await es.ping();
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await es.close();
  }
}

describe('a client of the configuration', { timeout: LIMIT_MS }, () => {
  const auth = { username, password };
  const tls = { ca: 'ca.pem' };
  const byName = (node: string): string => node.replace('127.0.0.1', 'localhost');
  const withLogin = (node: string): string =>
    node.replace('//', `//${username}:${encodeURIComponent(password).replaceAll("'", '%27')}@`);
  const CASES: readonly (readonly [
    sentence: string,
    settings: (of: SecureElasticsearch) => object,
    complaint: RegExp | '',
  ])[] = [
    ['logs in by user and password', ({ node }) => ({ node, auth, tls }), ''],
    ['logs in by API key', ({ node }) => ({ node, auth: { api_key: apiKey }, tls }), ''],
    ['takes the login from the address', ({ node }) => ({ node: withLogin(node), tls }), ''],
    [
      'trusts anybody where it is told to',
      ({ node }) => ({ node: byName(node), auth, tls: { reject_unauthorized: false } }),
      '',
    ],
    [
      'shows its certificate',
      ({ mutualNode: node }) => ({ node, auth, tls: { ...tls, cert: 'client.pem', key: 'client.key' } }),
      '',
    ],
    [
      'is refused without its certificate',
      ({ mutualNode: node }) => ({ node, auth, tls }),
      /wants a client certificate, set elasticsearch\.tls\.cert and elasticsearch\.tls\.key/,
    ],
    [
      'is refused with a wrong password',
      ({ node }) => ({ node, auth: { username, password: WRONG_PASSWORD }, tls }),
      /^Elasticsearch at https:\/\/127\.0\.0\.1:\d+ refuses the credentials \(401\); check elasticsearch\.auth$/,
    ],
    [
      'is refused without a login',
      ({ node }) => ({ node, tls }),
      /refuses the credentials \(401\); check elasticsearch\.auth/,
    ],
    [
      'is refused with a wrong login in the address, which no message shows',
      ({ node }) => ({ node: node.replace('//', `//${username}:${WRONG_PASSWORD}@`), tls }),
      /^Elasticsearch at https:\/\/127\.0\.0\.1:\d+\/ refuses the credentials/,
    ],
    [
      'does not trust another authority',
      ({ node }) => ({ node, auth, tls: { ca: 'other-ca.pem' } }),
      /not trusted here; name that authority's certificate in elasticsearch\.tls\.ca/,
    ],
    [
      'does not trust an authority of its own without being told',
      ({ node }) => ({ node, auth }),
      /not trusted here; name that authority's certificate in elasticsearch\.tls\.ca/,
    ],
    [
      'does not trust a certificate for another name',
      ({ node }) => ({ node: byName(node), auth, tls }),
      /is for other names .*; write a name of the certificate in elasticsearch\.node/,
    ],
    [
      'is told to write https',
      ({ node }) => ({ node: node.replace('https', 'http'), auth }),
      /if it speaks TLS, write https:\/\/ in elasticsearch\.node/,
    ],
    [
      'is told to write http',
      ({ plainNode }) => ({ node: plainNode.replace('http', 'https'), auth, tls }),
      /does not answer in TLS; write http:\/\/ in elasticsearch\.node/,
    ],
  ];
  for (const [sentence, settings, expected] of CASES) {
    test(sentence, async () => {
      const said = await complaint(settings(started()));

      if (expected === '') assert.equal(said, '');
      else assert.match(said, expected);
      for (const secret of [password, WRONG_PASSWORD, encodeURIComponent(password)]) assert.ok(!said.includes(secret));
    });
  }

  test('is told which right is missing', async t => {
    const { node, deny } = started();
    t.after(() => deny(false));
    deny(true);

    const said = await complaint({ node, auth: { api_key: apiKey }, tls });

    assert.match(
      said,
      /denies what is needed \(403\): action \[indices:data\/write\/bulk\] is unauthorized .*; grant it/,
    );
  });
});

/** What the daemon wrote, checked for secrets. */
function outputOf(daemon: Daemon): string {
  for (const secret of [password, WRONG_PASSWORD, NEXT_PASSWORD]) {
    assert.ok(!daemon.output.includes(secret));
    assert.ok(!daemon.output.includes(basicAuth(username, secret)));
  }
  return daemon.output;
}

test('the daemon tells a wrong password, goes on when the file has the right one, and takes over a rotated one', {
  timeout: LIMIT_MS,
}, async t => {
  const { node, accept } = started();
  write('es-password', `${WRONG_PASSWORD}\n`);
  const elasticsearch = { node, auth: { username, password: { file: 'es-password' } }, tls: { ca: 'ca.pem' } };
  const daemon = await startDaemon(
    writeConfig(dir, 'secure', { http: { port: 0 }, data_dir: './data', elasticsearch }),
  );
  t.after(() => daemon.kill());
  const answers = async (): Promise<boolean> => (await daemon.readiness()).ready;
  const isRefused = async (): Promise<boolean> =>
    (await daemon.readiness()).checks.some(({ detail }) =>
      /refuses the credentials \(401\); check elasticsearch\.auth/.test(detail),
    );

  await until('the wrong password is told', isRefused);
  write('es-password', `${password}\n`);
  await until('the daemon is ready', answers);

  const line = JSON.stringify({ ts: Date.now(), level: 'ERROR', message: 'over TLS with a login' });
  const sent = await daemon.post<{ accepted: number }>('/api/v1/ingest/logs', `${line}\n`);
  assert.equal(sent.body.accepted, 1, JSON.stringify(sent.body));
  const found = await daemon.get<{ items: unknown[] }>('/api/v1/logs/search?q=TLS');
  assert.equal(found.items.length, 1);

  accept(basicAuth(username, NEXT_PASSWORD), [basicAuth(username, password)]);
  await until('the old password is refused', isRefused);
  write('es-password', `${NEXT_PASSWORD}\n`);
  await until('the next password is taken over', answers);
  assert.match(outputOf(daemon), /refuses the credentials/);
  assert.equal((await daemon.stop()).code, 0);
});

test('the doctor asks with login and TLS, and shows no secret', { timeout: LIMIT_MS }, async () => {
  const { node } = started();
  const [port = 0] = await freePorts(1);
  const run = (name: string, auth: object) =>
    cli([
      'doctor',
      '--config',
      writeConfig(dir, name, { http: { port }, elasticsearch: { node, auth, tls: { ca: 'ca.pem' } } }),
    ]);

  const [good, bad] = await Promise.all([
    run('good', { api_key: apiKey }),
    run('bad', { username, password: WRONG_PASSWORD }),
  ]);

  assert.match(good.out, /^ok {3}elasticsearch: https:\/\/127\.0\.0\.1:\d+ answers, version 8\./m);
  assert.match(bad.out, /^BAD {2}elasticsearch: .* refuses the credentials \(401\); check elasticsearch\.auth$/m);
  assert.equal(bad.code, 1);
  for (const { out, err } of [good, bad])
    assert.ok(!`${out}${err}`.includes(WRONG_PASSWORD) && !`${out}${err}`.includes(apiKey));
});
