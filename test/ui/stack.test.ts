/** Folding of stack traces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { frameCount, readStack } from '../../web/ui/src/screens/logs/stack.ts';

const TRACE = `java.lang.IllegalStateException: outer
\tat com.acme.Udf.eval(Udf.java:3)
\tat org.apache.flink.streaming.Task.run(Task.java:1)
\tat java.base/java.lang.Thread.run(Thread.java:840)
\tat com.acme.Main.main(Main.java:9)
Caused by: java.io.IOException: inner
\tat java.base/java.io.File.open(File.java:5)
\t... 4 more`;

test('causes stay visible, runs of framework frames fold, the first frame of a cause stays open', () => {
  assert.deepEqual(
    readStack(TRACE).map(part =>
      part.kind === 'folded' ? `folded ${part.lines.length}` : `${part.kind} ${part.text.trim().slice(0, 24)}`,
    ),
    [
      'cause java.lang.IllegalStateEx',
      'frame at com.acme.Udf.eval(Udf',
      'folded 2',
      'frame at com.acme.Main.main(Ma',
      'cause Caused by: java.io.IOExc',
      'frame at java.base/java.io.Fil',
      'folded 1',
    ],
  );
  assert.equal(frameCount(TRACE), 5);
});

test('nothing of a trace is lost or reordered by folding', () => {
  const line = fc.oneof(
    fc.constantFrom(...TRACE.split('\n')),
    fc.string({ maxLength: 30 }).map(text => text.replace(/[\r\n]/g, '')),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), lines => {
      const back = readStack(lines.join('\n')).flatMap(part => (part.kind === 'folded' ? part.lines : [part.text]));
      assert.deepEqual(
        back,
        lines.filter(text => text.trim() !== ''),
      );
    }),
  );
});
