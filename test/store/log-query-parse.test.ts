import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../model/errors.ts';
import type { LogField, LogQuery } from '../../store/log-query.ts';
import { combineLogQuery, MAX_QUERY_UNITS, parseLogQuery } from '../../store/log-query-parse.ts';

const words = (...tokens: string[]): LogQuery => ({ kind: 'text', tokens, prefix: false });
const start = (...tokens: string[]): LogQuery => ({ kind: 'text', tokens, prefix: true });
const field = (name: LogField, value: string, prefix = false): LogQuery => ({
  kind: 'field',
  field: name,
  value,
  prefix,
});
const and = (...of: LogQuery[]): LogQuery => ({ kind: 'and', of });
const or = (...of: LogQuery[]): LogQuery => ({ kind: 'or', of });
const not = (of: LogQuery): LogQuery => ({ kind: 'not', of });

const readings: readonly { sentence: string; text: string; query: LogQuery }[] = [
  { sentence: 'blank text finds every line', text: ' \t', query: { kind: 'all' } },
  { sentence: 'a star finds every line', text: '*', query: { kind: 'all' } },
  {
    sentence: 'words must all be there',
    text: 'Checkpoint declined',
    query: and(words('checkpoint'), words('declined')),
  },
  {
    sentence: 'a class name is a phrase',
    text: 'java.lang.OutOfMemoryError',
    query: words('java', 'lang', 'outofmemoryerror'),
  },
  {
    sentence: 'Chinese words are phrases of characters',
    text: '失败 "订单 处理"',
    query: and(words('失', '败'), words('订', '单', '处', '理')),
  },
  { sentence: 'a quoted text is a phrase', text: '"Java heap space"', query: words('java', 'heap', 'space') },
  { sentence: 'a trailing star asks for a beginning', text: 'OutOf*', query: start('outof') },
  {
    sentence: 'a phrase may end in a beginning',
    text: '"out of mem"* java.lang.Out*',
    query: and(start('out', 'of', 'mem'), start('java', 'lang', 'out')),
  },
  { sentence: 'a star that touches no token changes nothing', text: 'java.*', query: words('java') },
  { sentence: 'a URL is text', text: 'http://h:8081/jobs', query: words('http', 'h', '8081', 'jobs') },
  { sentence: 'a Windows path is text', text: 'C:\\temp', query: words('c', 'temp') },
  {
    sentence: 'an id also finds what it names',
    text: '[Container_e05_1_0002_01_000003]',
    query: or(words('container_e05_1_0002_01_000003'), field('container', 'container_e05_1_0002_01_000003')),
  },
  {
    sentence: 'a job id also finds its run',
    text: '98701D98701d98701d98701d98701d98',
    query: or(words('98701d98701d98701d98701d98701d98'), field('job_id', '98701d98701d98701d98701d98701d98')),
  },
  { sentence: 'a word that only looks like an id is a word', text: 'container_1', query: words('container_1') },
  {
    sentence: 'a quoted id value is the id',
    text: `container:"'CONTAINER_1_2_3_4', "`,
    query: field('container', 'container_1_2_3_4'),
  },
  { sentence: 'other values keep their case and spaces', text: 'thread:" Main "', query: field('thread', ' Main ') },
  {
    sentence: 'a pasted trace is its lines, whatever they mean otherwise',
    text: 'Column is NOT NULL (or "open\n\tat a.B.c$0(B.java:1)\n\t... 2 more\nCaused by: x.Y: -z:1',
    query: and(
      words('column', 'is', 'not', 'null', 'or', 'open'),
      words('at', 'a', 'b', 'c', '0', 'b', 'java', '1'),
      words('caused', 'by', 'x', 'y', 'z', '1'),
    ),
  },
  {
    sentence: 'a pasted line is its message',
    text: '2026-11-20 10:02:00,123 ERROR org.apache.flink.runtime.Task [] - it\'s (job:x) OR "y',
    query: words('it', 's', 'job', 'x', 'or', 'y'),
  },
  { sentence: 'two lines without a frame are a query', text: 'a\nOR b', query: or(words('a'), words('b')) },
  { sentence: 'AND is what a space means', text: 'a AND b', query: and(words('a'), words('b')) },
  {
    sentence: 'OR binds weaker than AND',
    text: 'a b OR c AND d',
    query: or(and(words('a'), words('b')), and(words('c'), words('d'))),
  },
  { sentence: 'parentheses group', text: 'a (b OR c)', query: and(words('a'), or(words('b'), words('c'))) },
  {
    sentence: 'nested groups of one kind are one list',
    text: '(a (b c)) d',
    query: and(words('a'), words('b'), words('c'), words('d')),
  },
  {
    sentence: 'NOT and a minus negate',
    text: 'NOT a -b -"c d"',
    query: and(not(words('a')), not(words('b')), not(words('c', 'd'))),
  },
  { sentence: 'a minus negates a group', text: '-(a OR b)', query: not(or(words('a'), words('b'))) },
  { sentence: 'two negations cancel', text: 'NOT -a', query: words('a') },
  {
    sentence: 'a minus inside a word is text',
    text: 'kafka-0 a - b -->',
    query: and(words('kafka', '0'), words('a'), words('b')),
  },
  {
    sentence: 'lower-case keywords are words',
    text: 'not and or',
    query: and(words('not'), words('and'), words('or')),
  },
  { sentence: 'quoted keywords are words', text: '"OR"', query: words('or') },
  { sentence: 'punctuation alone finds nothing', text: '-->', query: { kind: 'none' } },
  { sentence: 'a field is exact', text: 'job:dwd_order', query: field('job', 'dwd_order') },
  { sentence: 'field names ignore case', text: 'Container:c_1', query: field('container', 'c_1') },
  {
    sentence: 'a field value may end in a star',
    text: 'app:application_17*',
    query: field('app', 'application_17', true),
  },
  {
    sentence: 'a quoted value keeps spaces, parentheses and stars',
    text: 'thread:"Source: a (1/4)*"',
    query: field('thread', 'Source: a (1/4)*'),
  },
  {
    sentence: 'a quoted value may be a beginning',
    text: 'thread:"Source: a"*',
    query: field('thread', 'Source: a', true),
  },
  {
    sentence: 'quotes and backslashes are escaped by a backslash, nothing else is',
    text: String.raw`host:"a\"b\\c\d"`,
    query: field('host', String.raw`a"b\c\d`),
  },
  { sentence: 'a value may hold colons', text: 'host:h:28200', query: field('host', 'h:28200') },
  { sentence: 'a field that is there', text: 'exception:*', query: not(field('exception', '')) },
  { sentence: 'an empty field', text: 'exception:""', query: field('exception', '') },
  { sentence: 'a negated field', text: '-job_id:ab', query: not(field('job_id', 'ab')) },
  { sentence: 'a value ends at a parenthesis', text: '(role:jobmanager)', query: field('role', 'jobmanager') },
  { sentence: 'one level', text: 'level:error', query: { kind: 'level', levels: ['ERROR'] } },
  { sentence: 'a level and above', text: 'level:>=WARN', query: { kind: 'level', levels: ['WARN', 'ERROR', 'FATAL'] } },
  { sentence: 'above a level', text: 'level:>WARN', query: { kind: 'level', levels: ['ERROR', 'FATAL'] } },
  { sentence: 'a level and below', text: 'level:<=DEBUG', query: { kind: 'level', levels: ['TRACE', 'DEBUG'] } },
  { sentence: 'below a level', text: 'level:<INFO', query: { kind: 'level', levels: ['TRACE', 'DEBUG'] } },
  { sentence: 'the beginning of a level', text: 'level:w*', query: { kind: 'level', levels: ['WARN'] } },
  {
    sentence: 'a colon before a space is text',
    text: 'Caused by: x',
    query: and(words('caused'), words('by'), words('x')),
  },
  {
    sentence: 'a time and a source line are text',
    text: '12:30:05 Foo.java:7',
    query: and(words('12', '30', '05'), words('foo', 'java', '7')),
  },
];

for (const { sentence, text, query } of readings) {
  test(`${sentence}: ${text}`, () => assert.deepEqual(parseLogQuery(text), query));
}

const complaints: readonly { sentence: string; text: string; position: number; says: RegExp }[] = [
  {
    sentence: 'an unknown field names the known ones',
    text: 'a jobb:x',
    position: 2,
    says: /no field "jobb".*job, app, container.*quotes/,
  },
  { sentence: 'an unknown level names the levels', text: 'level:LOUD', position: 6, says: /not a level.*TRACE, DEBUG/ },
  { sentence: 'only a level can be compared', text: 'job:>=x', position: 0, says: /only level/ },
  { sentence: 'a quote must be closed', text: 'a "b c', position: 2, says: /add a "/ },
  { sentence: 'a parenthesis must be closed', text: 'a (b', position: 2, says: /add a \)/ },
  { sentence: 'a parenthesis must have been opened', text: 'a) b', position: 1, says: /closes nothing/ },
  { sentence: 'a group is not empty', text: 'foo()', position: 4, says: /condition is expected/ },
  { sentence: 'a keyword needs its operand', text: 'a AND', position: 5, says: /ends where/ },
  { sentence: 'two keywords in a row', text: 'a OR AND b', position: 5, says: /condition is expected/ },
  { sentence: 'a star in the middle', text: 'foo*bar', position: 3, says: /end of a word/ },
  { sentence: 'a star in front', text: '*bar', position: 0, says: /end of a word/ },
  { sentence: 'too deep', text: '('.repeat(40), position: 10, says: /nested/ },
  { sentence: 'too long', text: 'a '.repeat(MAX_QUERY_UNITS), position: MAX_QUERY_UNITS, says: /longer/ },
];

for (const { sentence, text, position, says } of complaints) {
  test(`refused: ${sentence}`, () => {
    assert.throws(
      () => parseLogQuery(text),
      error => {
        assert.ok(error instanceof UserError);
        assert.equal(error.code, 'bad-query');
        assert.equal(error.issues[0]?.position, position);
        assert.match(error.message, says);
        return true;
      },
    );
  });
}

test('any text is either read or refused as bad-query, and quoting it makes it readable', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '"', '\\', '(', ')', '-', '*', ':', '失', 'job:', 'level:>', 'OR', 'NOT '),
    maxLength: 20,
  });
  fc.assert(
    fc.property(text, input => {
      try {
        parseLogQuery(input);
      } catch (error) {
        assert.ok(error instanceof UserError && error.code === 'bad-query', String(error));
      }
      parseLogQuery(`"${input.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
    }),
    { numRuns: 500 },
  );
});

test('filters are further conditions', () => {
  const query = combineLogQuery(parseLogQuery('a OR b'), {
    job: 'j',
    app: '',
    container: 'c*',
    level: 'WARN, ERROR',
    host: 'h',
    logger: 'l',
  });

  assert.deepEqual(
    query,
    and(
      or(words('a'), words('b')),
      field('job', 'j'),
      field('container', 'c', true),
      field('logger', 'l'),
      field('host', 'h'),
      { kind: 'level', levels: ['WARN', 'ERROR'] },
    ),
  );
});

test('no filter leaves the query, one filter alone is the query, and a conjunction grows', () => {
  assert.deepEqual(combineLogQuery(parseLogQuery(''), {}), { kind: 'all' });
  assert.deepEqual(combineLogQuery(parseLogQuery(''), { level: '>=ERROR' }), {
    kind: 'level',
    levels: ['ERROR', 'FATAL'],
  });
  assert.deepEqual(combineLogQuery(parseLogQuery('a b'), { job: 'j' }), and(words('a'), words('b'), field('job', 'j')));
  assert.throws(() => combineLogQuery({ kind: 'all' }, { level: 'LOUD' }), UserError);
});
