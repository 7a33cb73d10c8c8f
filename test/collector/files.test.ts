/** What touches the disk: replayed files and the dead-letter file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DeadLetterEntry } from '../../collector/dead-letter.ts';
import { createFileDeadLetter } from '../../collector/file-dead-letter.ts';
import { replayFile } from '../../collector/file-source.ts';
import { createTelemetry } from '../../model/telemetry.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidewatch-files-'));
after(() => rmSync(dir, { recursive: true, force: true }));

for (const [sentence, name, content] of [
  ['a plain file', 'a.ndjson', Buffer.from('l1\nl2\nl3\nl4\nl5')],
  ['a gzipped file', 'a.ndjson.gz', gzipSync('l1\nl2\nl3\nl4\nl5\n')],
] as const) {
  test(`replay sends ${sentence} batch after batch and numbers rejections by its lines`, async () => {
    const path = join(dir, name);
    writeFileSync(path, content);
    const sent: [string, string][] = [];

    const result = await replayFile(
      path,
      'logs',
      async (_stream, body, key) => {
        sent.push([body.toString(), key]);
        const rejected = body.toString().includes('l4') ? [{ line: 2, code: 'not-json', reason: 'x' }] : [];
        return { accepted: 2 - rejected.length, rejected, rejected_total: rejected.length };
      },
      { id: 'r', batchLines: 2 },
    );

    assert.deepEqual(sent, [
      ['l1\nl2\n', 'r.0'],
      ['l3\nl4\n', 'r.2'],
      ['l5\n', 'r.4'],
    ]);
    assert.deepEqual(result, {
      lines: 5,
      accepted: 5,
      rejected: 1,
      examples: [{ line: 4, code: 'not-json', reason: 'x' }],
    });
  });
}

test('replay of a file that is missing or no gzip rejects', async () => {
  const send = async () => assert.fail('nothing to send');
  writeFileSync(join(dir, 'bad.gz'), 'no gzip');

  await assert.rejects(replayFile(join(dir, 'missing.gz'), 'logs', send, { id: 'r' }), { code: 'ENOENT' });
  await assert.rejects(replayFile(join(dir, 'bad.gz'), 'logs', send, { id: 'r' }), { code: 'Z_DATA_ERROR' });
});

const letter = (value: Uint8Array): DeadLetterEntry => ({
  at: 1,
  stream: 'logs',
  epoch: '0',
  topic: 't',
  partition: 0,
  offset: 7,
  recordTs: 2,
  code: 'not-json',
  reason: 'r',
  value,
});

test('dead letters are lines with text or base64, up to the cap; the rest is counted', async () => {
  const path = join(dir, 'sub', 'dead.ndjson');
  const telemetry = createTelemetry();
  const file = createFileDeadLetter({ path, telemetry, maxBytes: 400 });

  await Promise.all([
    file.write([letter(Buffer.from('{"x'))]),
    file.write([letter(Buffer.from([0xff, 0x00]))]),
    file.write([letter(Buffer.alloc(300))]),
  ]);
  await file.close();

  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    lines.map(line => [line['offset'], line['utf8'], line['base64']]),
    [
      [7, '{"x', undefined],
      [7, undefined, '/wA='],
    ],
  );
  assert.deepEqual(file.stats(), { kept: 2, lost: 1 });
  assert.match(await telemetry.registry.metrics(), /tidewatch_dead_letters_lost_total 1/);
});

test('a dead-letter file that cannot be written loses letters and stalls nothing', async () => {
  writeFileSync(join(dir, 'file'), '');
  const file = createFileDeadLetter({ path: join(dir, 'file', 'dead.ndjson'), telemetry: createTelemetry() });

  await file.write([letter(Buffer.from('x'))]);

  assert.deepEqual(file.stats(), { kept: 0, lost: 1 });
});
