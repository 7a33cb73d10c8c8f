/** What a document is called in the audit trail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Written } from '../../../alerting/notify/document-set.ts';
import { documentTitle } from '../../../alerting/notify/document-title.ts';

const CASES: readonly [what: string, written: Written, title: string | null][] = [
  ['its name', { name: 'nights', matchers: { team: 'dw' } }, 'nights'],
  [
    'without a name whom it concerns and who is told',
    { name: ' ', matchers: { team: { op: '=~', value: 'dw|bi' }, job: 'etl' }, receivers: ['ops', 'lead'] },
    'team=~"dw|bi", job="etl" → ops, lead',
  ],
  ['a route for everything: who is told', { receivers: ['ops'] }, '→ ops'],
  ['a silence: its matchers', { matchers: { job: 'etl' }, comment: 'x' }, 'job="etl"'],
  ['an inhibition by lineage', { upstream: true }, 'upstream'],
  [
    'an inhibition by labels: both sides',
    { source_matchers: { severity: 'critical' }, target_matchers: { severity: 'info' } },
    'severity="critical" ⊣ severity="info"',
  ],
  ['nothing where it says nothing', {}, null],
  ['not more than fits a line', { matchers: { job: 'x'.repeat(500) } }, `job="${'x'.repeat(195)}…`],
];
for (const [what, written, title] of CASES) test(what, () => assert.equal(documentTitle(written), title));
