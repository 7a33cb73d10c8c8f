import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { joinContexts } from '../../../app/commands/log-contexts.ts';
import { logText } from '../../../app/commands/log-text.ts';
import { line } from './log-fixture.ts';

const AT = Date.parse('2026-11-20T02:42:01.007Z');
const STACK = [
  'java.io.IOException: read failed',
  '\tat org.apache.flink.streaming.runtime.tasks.StreamTask.invoke(StreamTask.java:917)',
  '\tat java.base/java.lang.Thread.run(Thread.java:840)',
  '\tat java.base/java.lang.Thread.start(Thread.java:1)',
  'Caused by: java.lang.NumberFormatException: "N/A"',
  '\tat java.base/java.lang.Long.parseLong(Long.java:711)',
  '\tat com.demo.udf.ParsePrice.eval(ParsePrice.java:27)',
  '\t... 15 more',
].join('\n');

const text = (more: object, traces = false, zone = 'Asia/Shanghai'): string =>
  logText(line('x', AT, { message: 'm', ...more }), { paint: (_, plain) => plain, zone, traces });

describe('a log line as text', () => {
  test('time in the zone, level, where from, logger, message', () => {
    assert.equal(text({}), '2026-11-20 10:42:01,007 INFO  etl c1 l - m\n');
    assert.equal(text({ level: 'ERROR' }, false, 'UTC'), '2026-11-20 02:42:01,007 ERROR etl c1 l - m\n');
  });

  test('who has no job or container goes by role and host, who has nothing by a dash', () => {
    assert.match(text({ job_name: '', container_id: '' }), / taskmanager h l - m\n$/);
    assert.match(text({ job_name: '', container_id: '', role: '', host: '' }), / INFO {2}- l - m\n$/);
  });

  test('lines of a message stay lines; what would steer the terminal does not get there', () => {
    assert.match(text({ message: 'a\r\n\tb\u001b[2Jc\n' }), / - a\n {4}b□\[2Jc\n$/);
  });

  test('a trace is folded to causes, the first frame of each and frames of the users’ own', () => {
    const exception = { class: 'java.io.IOException', message: 'read failed', stack: STACK };
    assert.deepEqual(text({ exception }).split('\n').slice(1), [
      'java.io.IOException: read failed',
      '    at org.apache.flink.streaming.runtime.tasks.StreamTask.invoke(StreamTask.java:917)',
      '    … 2 more frames',
      'Caused by: java.lang.NumberFormatException: "N/A"',
      '    at java.base/java.lang.Long.parseLong(Long.java:711)',
      '    at com.demo.udf.ParsePrice.eval(ParsePrice.java:27)',
      '    ... 15 more',
      '',
    ]);
    assert.equal(text({ exception }, true), `${text({})}${STACK.replaceAll('\t', '    ')}\n`);
  });
});

describe('lines around found ones', () => {
  const lines = (names: string) => [...names].map(name => line(name, name.charCodeAt(0)));
  /** `ab[c]d`: c was found, with two lines before it and one after. */
  const runs = (...found: readonly string[]): string[] =>
    joinContexts(
      found.map(text => {
        const [before = '', name = '', after = ''] = text.split(/[[\]]/);
        return { before: lines(before), line: line(name, name.charCodeAt(0)), after: lines(after) };
      }),
    ).map(run => run.map(({ id }) => id).join(''));

  test('surroundings that touch are one run with each line once', () => {
    assert.deepEqual(runs('a[b]c', 'c[d]e'), ['abcde']);
    assert.deepEqual(runs('a[b]c', 'b[c]d'), ['abcd']);
  });

  test('others stay apart, in the order of what was found', () => {
    assert.deepEqual(runs('[a]b', 'c[d]e'), ['ab', 'cde']);
    assert.deepEqual(runs('[a]b', 'p[q]', 'a[b]c'), ['abc', 'pq']);
  });
});
