import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readLines } from '../../app/commands/lines.ts';
import { cli, ROOT } from './run-cli.ts';

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  async function* input() {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const some of readLines(input())) lines.push(...some);
  return lines;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('lines of standard input', () => {
  const CASES: readonly (readonly [sentence: string, text: string, lines: readonly string[]])[] = [
    ['nothing is no line', '', []],
    ['the last line needs no end', 'a\nb', ['a', 'b']],
    ['an end after the last line makes no empty one', 'a\nb\n', ['a', 'b']],
    ['empty lines are lines', 'a\n\nb\n', ['a', '', 'b']],
    ['Windows ends its lines in two characters', 'a\r\nb\r\n', ['a', 'b']],
    ['a byte order mark is no part of the first line', '\ufeff{}\n{}', ['{}', '{}']],
    ['a byte order mark further on is text', 'a\n\ufeffb', ['a', '\ufeffb']],
    ['JSON may hold line separators of Unicode', '"a\u2028b\u2029c\u0085d"\n', ['"a\u2028b\u2029c\u0085d"']],
    ['a carriage return alone ends no line', 'a\rb\n', ['a\rb']],
  ];
  for (const [sentence, text, lines] of CASES) {
    test(sentence, async () => {
      assert.deepEqual(await linesOf([bytes(text)]), lines);
      assert.deepEqual(await linesOf([...bytes(text)].map(byte => Uint8Array.of(byte))), lines);
    });
  }

  test('it does not matter where chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', '订', '😀', '\r', '\u2028', ' ') })),
        fc.array(fc.nat(200), { maxLength: 8 }),
        async (texts, cuts) => {
          const lines = texts.filter(text => !text.endsWith('\r'));
          const whole = bytes(lines.map(line => `${line}\n`).join(''));
          const places = [0, ...cuts.map(cut => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
          const chunks = places.slice(1).map((to, i) => whole.subarray(places[i], to));
          assert.deepEqual(await linesOf(chunks), lines);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('commands in a pipe', { concurrency: 2 }, () => {
  test('each line is answered before the next one is there', { timeout: 180_000 }, async t => {
    const child = spawn(process.execPath, [join(ROOT, 'app', 'cli.ts'), 'lineage', 'parse', '--batch']);
    t.after(() => child.kill('SIGKILL'));
    for (const id of [1, 2]) {
      child.stdin.write(`${JSON.stringify({ id, sql: 'SELECT a FROM c.d.t' })}\n`);
      const [answer] = (await once(child.stdout, 'data')) as [Buffer];
      assert.equal((JSON.parse(answer.toString()) as { id: number }).id, id);
    }
    child.stdin.end();
    assert.deepEqual(await once(child, 'close'), [0, null]);
  });

  test('a reader that has seen enough ends the command without a complaint', { timeout: 180_000 }, async t => {
    const child = spawn(process.execPath, [join(ROOT, 'app', 'cli.ts'), 'lineage', 'parse', '--batch']);
    t.after(() => child.kill('SIGKILL'));
    let complaint = '';
    child.stderr.on('data', (text: Buffer) => {
      complaint += text;
    });
    // The command is gone before it has read all of this.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify({ sql: 'SELECT a FROM c.d.t' })}\n`.repeat(20_000));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.equal(complaint, '');
  });

  test('a history with a line nobody can read is answered all the same, and says so', async () => {
    const graph = { type: 'graph', hops: [{ hop: 'h', inputs: ['t'], output: null }] };
    const row = { type: 'offsets', ts: 1000, hop: 'h', topic: 't', partition: 0, end_offset: 5, position: 5 };
    const input = [graph, '{"type":', row, { type: 'query', ts: 1000 }, 'no', ...Array(30).fill('x')]
      .map(each => (typeof each === 'string' ? each : JSON.stringify(each)))
      .join('\r\n');

    const { code, out, err } = await cli(['freshness', 'replay', '-'], { input: `\ufeff${input}` });

    assert.equal(code, 1);
    assert.equal((JSON.parse(out) as { age_ms: number }).age_ms, 0);
    assert.match(err, /^line 2: not valid JSON\nline 5: not valid JSON\n/);
    assert.match(err, /\nand 12 more lines that cannot be used\n$/);
  });

  test('a byte order mark before SQL moves no column', async () => {
    const { out } = await cli(['lineage', 'parse', '-'], { input: '\ufeffINSERT INTO a SELECT b FROM c' });
    assert.match(out, /^-:1:1 insert\n {2}writes .* 1:13\n/);
  });

  for (const args of [
    ['freshness', 'replay', 'nope.ndjson'],
    ['replay', 'metrics', 'nope.ndjson'],
  ]) {
    test(`${args.join(' ')}: a file that is not there is named, without a stack`, async () => {
      const { code, err } = await cli(args);
      assert.equal(code, 2);
      assert.match(err, /^ENOENT: .*nope\.ndjson'\n$/);
    });
  }
});
