/** `tidewatch diagnose` against a daemon that answers with an injected fault. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { diagnose } from '../../lineage/diagnosis/diagnose.ts';
import { diagnosisView, endedView } from '../../web/api/diagnosis-view.ts';
import { type InjectedFault, injectFault } from '../support/fault-metrics.ts';
import { cli } from './run-cli.ts';

const LINE = { ts: 1, text: 'Slow produce request', url: '' };
let url = '';
const asked: string[] = [];

const answerOf = (kind: InjectedFault['kind']) => diagnosisView(diagnose(injectFault(kind, 4).input), LINE, 'en');
const ANSWERS: Readonly<Record<string, unknown>> = {
  slow: answerOf('external-sink-slow'),
  small: answerOf('under-provisioned'),
  over: endedView('over', 1),
};

const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  const job = /\/jobs\/([^/]+)\/diagnosis/.exec(request.url ?? '')?.[1] ?? '';
  const answer = ANSWERS[job];
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer ?? { detail: `there is no job ${job}` }));
});

before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

test('causes with what speaks for and against them, the log line, and why no parallelism is proposed', async () => {
  const { code, out } = await cli(['diagnose', 'slow', '--url', url, '--at', '1790000000000']);
  assert.equal(code, 0);
  assert.match(out, /1\. Slow sink \(80 %\)\n {3}\+ the bottleneck ends in a sink/);
  assert.match(out, / {3}- the sink takes [\d,]+ records per busy second/);
  assert.match(out, /log: Slow produce request\n/);
  assert.match(out, /No parallelism is proposed: more writers/);
  assert.match(asked.at(-1) ?? '', /lang=en&at=1790000000000$/);
});

test('the parallelism it needs', async () => {
  const { out } = await cli(['diagnose', 'small', '--url', url]);
  assert.match(out, /1\. Too few subtasks/);
  assert.match(out, /\nparallelism\n.*\d+ → \d+ +can take \d+\/s, needs \d+\/s/s);
});

test('machine-readable, of a job that has ended, of one nobody knows, and without a job', async () => {
  const json = await cli(['diagnose', 'slow', '--url', url, '--json']);
  assert.deepEqual(JSON.parse(json.out), ANSWERS['slow']);
  assert.equal((await cli(['diagnose', 'over', '--url', url])).out, 'over has ended\n');
  const unknown = await cli(['diagnose', 'nope', '--url', url]);
  assert.deepEqual([unknown.code, unknown.err], [2, 'there is no job nope\n']);
  const without = await cli(['diagnose', '--url', url]);
  assert.deepEqual([without.code, without.err], [2, 'diagnose needs one job\n']);
});
