/** What commands say of what answers at an address. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { createDaemonClient } from '../../../app/commands/daemon-client.ts';
import { checkDaemon, daemonAddress } from '../../../app/commands/doctor-daemon.ts';
import { freshnessBoard } from '../../../app/commands/freshness-board.ts';
import { lag } from '../../../app/commands/lag.ts';
import { notifyTest } from '../../../app/commands/notify-test.ts';
import { UserError } from '../../../model/errors.ts';
import { openSite } from '../app-fixture.ts';

const servers: Server[] = [];
describe('asking a daemon', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A server with one answer to everything. */
  async function answering(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const always =
    (status: number, body: string | object): RequestListener =>
    (_, response) => {
      response.writeHead(status);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };

  const client = (url: string) => createDaemonClient(url, { maxWaits: 0 });
  const saying = (message: RegExp, status?: number) => (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    if (status !== undefined) assert.equal(error.status, status);
    return true;
  };

  describe('a daemon as commands talk to it', () => {
    test('a refusal is told in the daemon’s own words', async () => {
      const url = await answering(always(422, { code: 'bad-query', detail: 'this ( is not closed' }));
      await assert.rejects(client(url).need('logs/search'), saying(/answers 422: this \( is not closed$/, 422));
    });

    test('what is not there is null, or the daemon’s own words where it has to be', async () => {
      const url = await answering(always(404, { detail: 'there is no job x' }));
      assert.equal(await client(url).get('jobs/x'), null);
      await assert.rejects(client(url).need('jobs/x'), saying(/^there is no job x$/, 404));
      await assert.rejects(client(url).remove('silences/x'), saying(/^there is no job x$/, 404));
    });

    const OTHERS: readonly (readonly [sentence: string, status: number, body: string | object, message: RegExp])[] = [
      ['a web page', 200, '<html>\n  Welcome\n</html>', /is no tidewatch daemon: it answers <html> Welcome <\/html>$/],
      ['a page that is not found', 404, '<html>404', /is no tidewatch daemon: it answers 404 <html>404$/],
      ['a proxy without its daemon', 502, 'Bad Gateway', /answers 502: Bad Gateway$/],
    ];
    for (const [sentence, status, body, message] of OTHERS) {
      test(`${sentence} is no daemon, whatever is asked`, async () => {
        const daemon = client(await answering(always(status, body)));
        for (const ask of [
          () => daemon.get('freshness'),
          () => daemon.need('alerts'),
          () => daemon.post('silences', {}),
          () => daemon.remove('silences/x'),
          () => daemon.ingest('logs', Buffer.from('{}'), 'k'),
        ])
          await assert.rejects(ask(), saying(message));
      });
    }

    test('JSON of another program is no answer', async () => {
      const url = await answering(always(200, {}));
      const other = saying(/the answer is not that of a tidewatch daemon of version .*does --url name one\?$/);
      await assert.rejects(client(url).ingest('logs', Buffer.from('{}'), 'k'), other);
      await assert.rejects(client(url).remove('silences/x'), other);
      await assert.rejects(freshnessBoard(['--url', url]), other);
      await assert.rejects(lag(['gmv', '--url', url], 0), other);
      await assert.rejects(notifyTest({ name: 'ops', url, json: false }), other);
    });

    test('a login that is missing is told from one that is wrong, and a password stays untold', async () => {
      const url = await answering(always(401, { detail: 'user name and password are needed' }));
      await assert.rejects(client(url).need('alerts'), saying(/wants a login: --url http:\/\/user:password@/, 401));
      const wrong = url.replace('://', '://ann:s3cr3t%@');
      await assert.rejects(client(wrong).need('alerts'), (error: unknown) => {
        assert.doesNotMatch(String(error), /s3cr3t/);
        return saying(/refuses this user and password/, 401)(error);
      });
    });

    test('a login is sent as it was meant, without one the user of the machine is named', async () => {
      const seen: (string | undefined)[] = [];
      const url = await answering((request, response) => {
        seen.push(request.headers.authorization, request.headers['x-tidewatch-user'] as string | undefined);
        response.end('{}');
      });
      await client(url.replace('://', '://ann:p%40ss@')).need('alerts');
      await client(url).need('alerts');
      assert.deepEqual(seen.slice(0, 3), [`Basic ${Buffer.from('ann:p@ss').toString('base64')}`, undefined, undefined]);
      assert.ok(seen[3], 'a name');
    });

    test('nobody at the address, no address, and a question that is given up', async () => {
      const url = await answering(() => undefined);
      const stop = new AbortController();
      const asked = client(url).need('alerts', stop.signal);
      stop.abort(new Error('enough'));
      await assert.rejects(asked, /enough/);
      servers.splice(0).forEach(server => {
        server.closeAllConnections();
        server.close();
      });
      await assert.rejects(
        client(url).need('alerts'),
        saying(/does not answer: .*is it running\? --url names another$/, 503),
      );
      assert.throws(
        () => client('localhost:8686'),
        saying(/is not the address of a daemon; expected http:\/\/host:8686/),
      );
    });
  });

  describe('how far a daemon is behind', () => {
    const NOW = 1_790_000_000_000;
    const stream = (name: string, behindMs: number | null, more: object = {}) => ({
      ...{ stream: name, watermark: behindMs === null ? null : NOW - behindMs, lag: 1234, rate_per_second: 400.4 },
      ...{ paused: false, ...more },
    });
    const status = {
      now: NOW,
      streams: [stream('metrics', 0), stream('logs', 59_000), stream('jobs', null)],
      rules: { total: 40, behind: 0, error: 0 },
      channels: [{ name: 'ops', dead: 0 }],
    };
    const check = async (more: object) => {
      const url = await answering(always(200, { ...status, ...more }));
      const config = openSite().config({ http: { port: Number(new URL(url).port) } });
      return (await checkDaemon(config.http)).map(({ name, ok, detail }) => `${ok ? 'ok' : 'BAD'} ${name}: ${detail}`);
    };

    test('one that keeps up', async () => {
      assert.deepEqual(await check({}), [
        'ok intake: all 3 streams are level',
        'ok rules: 40, all in time',
        'ok channels: 1, no message was given up',
      ]);
    });

    test('one that does not: which stream, by how much, and what to do', async () => {
      const streams = [stream('logs', 300_000), stream('metrics', 120_000, { lag: null, paused: true })];
      const rules = { total: 40, behind: 2, error: 1 };
      const [intake, late, dead] = await check({ streams, rules, channels: [{ name: 'ops', dead: 3 }] });
      assert.match(
        intake ?? '',
        /^BAD intake: logs is 5 min and 1,234 records behind, taking 400\/s; metrics is 2 min behind, waiting for the store; /,
      );
      assert.match(late ?? '', /^BAD rules: of 40 2 are behind, 1 cannot be evaluated; /);
      assert.match(dead ?? '', /^BAD channels: messages were given up: ops \(3\); /);
    });

    test('one that does not say it', async () => {
      assert.match(
        (await check({ streams: undefined }))[0] ?? '',
        /^BAD intake: the answer is not that of a tidewatch daemon/,
      );
    });

    test('it is asked with the login of its configuration', () => {
      const { http } = openSite().config({
        http: { host: '::1', port: 1, auth: { username: 'a@b', password: 'p:w' } },
      });
      assert.equal(daemonAddress(http), 'http://a%40b:p%3Aw@[::1]:1');
    });
  });
});
