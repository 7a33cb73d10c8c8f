/** What is sent to Elasticsearch for a line: valid NDJSON, the tokens of the one tokenizer, the line as received where allowed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogRecord } from '../../model/log-record.ts';
import { BulkBody, quoted } from '../../store/elasticsearch/bulk-body.ts';
import { writeCreate } from '../../store/elasticsearch/log-document.ts';
import type { LogRow } from '../../store/log-store.ts';
import { MAX_TOKEN_UNITS, tokenize } from '../../store/tokenize.ts';
import { anyCharacter } from '../support/any-character.ts';

const RECORD: LogRecord = {
  ts: 1_790_000_000_000,
  level: 'INFO',
  logger: 'a.B',
  thread: 'Source: "x" -> \\ (1/2)#0',
  message: 'Job 订单 failed: java.lang.OutOfMemoryError',
  jobName: 'agg',
  jobId: 'aa',
  owner: 'o',
  cluster: '',
  appId: 'application_1',
  containerId: 'container_1',
  host: 'h',
  role: 'taskmanager',
  pid: '7',
};
const WIRE = '{"ts":1790000000000,"level":"INFO","message":"as sent"}';

interface Document {
  readonly tw: Readonly<Record<string, unknown>>;
  readonly message: string;
}

function rowOf(record: Partial<LogRecord> = {}, raw?: string): LogRow {
  const position = { epoch: '1', topic: 't', partition: 2, offset: 3 };
  const row = { position, recordTs: RECORD.ts, record: { ...RECORD, ...record } };
  return raw === undefined ? row : { ...row, raw: Buffer.from(raw) };
}

function sent(row: LogRow, whole = false): { action: unknown; document: Document } {
  const body = new BulkBody();
  writeCreate(body, 'logs-t-2026.09.21', row, RECORD.ts + 9, whole);
  const lines = body.bytes().toString().split('\n');
  assert.equal(lines.length, 3);
  assert.equal(lines[2], '');
  return { action: JSON.parse(lines[0] ?? ''), document: JSON.parse(lines[1] ?? '') as Document };
}

/** What Lucene's whitespace tokenizer makes of a text. */
function whitespaceTokens(text: string): string[] {
  return text.split(/\s+/).flatMap(token => token.match(new RegExp(`[\\s\\S]{1,${MAX_TOKEN_UNITS}}`, 'g')) ?? []);
}

test('a row becomes an action with its position as id, and a document with every field', () => {
  const { action, document } = sent(rowOf({ tsOriginal: 5 }));

  assert.deepEqual(action, { create: { _index: 'logs-t-2026.09.21', _id: '1-t-2-3' } });
  const { text, ...fields } = document.tw;
  assert.deepEqual(fields, {
    ts: RECORD.ts,
    arrived: RECORD.ts + 9,
    ts_original: 5,
    topic: 't',
    partition: 2,
    offset: 3,
    level: 'INFO',
    logger: 'a.B',
    thread: RECORD.thread,
    job: 'agg',
    job_id: 'aa',
    app: 'application_1',
    container: 'container_1',
    host: 'h',
    role: 'taskmanager',
    exception: '',
  });
  assert.deepEqual(whitespaceTokens(String(text)), tokenize(RECORD.message));
  assert.equal(document.message, RECORD.message);
});

test('message and trace are texts of their own, so that no phrase spans them', () => {
  const exception = { class: 'x.Y', message: 'm', stack: 'x.Y: m\n\tat a.B.c(D.java:1)' };
  const { document } = sent(rowOf({ exception }));

  const texts = (document.tw['text'] as readonly string[]).map(whitespaceTokens);
  assert.deepEqual(texts, [tokenize(RECORD.message), tokenize(exception.stack)]);
});

for (const [sentence, raw, whole, message] of [
  ['a received line stands in the document as it came', WIRE, false, 'as sent'],
  ['blanks round a received line do no harm', ` ${WIRE}\r`, false, 'as sent'],
  ['a received line is written anew when asked to', WIRE, true, RECORD.message],
  ['a received line with our own key is written anew', '{"tw":{},"message":"as sent"}', false, RECORD.message],
  ['a received line over two lines is written anew', WIRE.replace(',', ',\n'), false, RECORD.message],
  ['an empty object is written anew', '{}', false, RECORD.message],
  ['what is no object is written anew', `x${WIRE}`, false, RECORD.message],
] as const) {
  test(sentence, () => {
    assert.equal(sent(rowOf({}, raw), whole).document.message, message);
  });
}

test('whatever a text holds, the tokens are those of the tokenizer and the JSON is valid', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.string(),
    fc.string({ minLength: 240, maxLength: 800, unit: fc.constantFrom('a', 'B', '_', '7') }),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), texts => {
      const body = new BulkBody();
      body.clear();
      for (const one of texts) {
        body.tokens(one);
        body.text('\n');
      }

      const written = body.bytes().toString().trimEnd().split('\n');
      assert.deepEqual(
        written.map(line => whitespaceTokens(JSON.parse(line) as string)),
        texts.map(tokenize),
      );
      for (const one of texts) assert.equal(JSON.parse(quoted(one)), one);
    }),
  );
});

test('a body grows beyond its first size and begins anew when cleared', () => {
  const body = new BulkBody();
  const large = 'x'.repeat(3_000_000);
  body.text(large);
  body.copy(Buffer.from('end'));
  assert.equal(body.bytes().toString(), `${large}end`);

  body.clear();
  body.text('new');

  assert.equal(body.bytes().toString(), 'new');
});
