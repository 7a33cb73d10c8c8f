import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DOC_ANCHORS, type Finding, findingText } from '../../../app/flink/finding.ts';

describe('a finding as text', () => {
  test('has its remedy and its place in the documentation below it', () => {
    const finding: Finding = { step: 'logs', subject: 'JobManager', state: 'bad', detail: 'silent', remedy: 'speak' };

    assert.equal(findingText(finding), 'BAD  logs: JobManager: silent\n       -> speak (docs/FLINK.md#3-logs)\n');
    assert.equal(
      findingText({ step: 'version', subject: 'Flink', state: 'ok', detail: '2.3.0' }),
      'ok   version: Flink: 2.3.0\n',
    );
  });

  test('every place is a heading of docs/FLINK.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/FLINK.md'), 'utf8');
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );

    for (const anchor of Object.values(DOC_ANCHORS)) assert.ok(anchors.includes(anchor), anchor);
  });
});
