import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIAGNOSIS_KINDS } from '../../../lineage/diagnosis/causes.ts';
import { FACT_KINDS } from '../../../lineage/diagnosis/fact.ts';
import { factsOf } from '../../../lineage/diagnosis/facts.ts';
import { causeName, causeRemedy, factName, factText } from '../../../lineage/diagnosis/words.ts';
import { GROWING, jobInput, subtask, task } from './job-input.ts';

const HAN = /\p{Script=Han}/u;

test('every fact and every cause has words in both languages, without holes', () => {
  const facts = factsOf(jobInput({ topics: [GROWING] }), []);
  for (const kind of FACT_KINDS) {
    const [en, zh] = [factText(facts[kind], 'en'), factText(facts[kind], 'zh')];
    for (const text of [en, zh, factName(kind, 'en'), factName(kind, 'zh')]) {
      assert.ok(text.length > 0, kind);
      assert.doesNotMatch(text, /NaN|Infinity|\[object|undefined|\$[fp{]/, text);
    }
    assert.ok(!HAN.test(en), `${kind}: ${en}`);
    assert.match(factName(kind, 'zh'), /\p{Script=Han}|GC|Checkpoint/u);
  }
  for (const kind of DIAGNOSIS_KINDS) {
    assert.ok(!HAN.test(causeName(kind, 'en') + causeRemedy(kind, {}, 'en')), kind);
    assert.match(causeRemedy(kind, {}, 'zh'), HAN);
  }
});

test('evidence is told with its figures and its place', () => {
  const busy = [0.97, 0.2, 0.2, 0.2].map((b, i) => subtask(i, { busy: b, rate: i === 0 ? 4100 : 400 }));
  const facts = factsOf(jobInput({ tasks: [task('Agg', busy)], topics: [GROWING] }), []);
  assert.equal(factText(facts['busy-skew'], 'en'), 'subtask 0 of Agg is 97 % busy, the middle one 20 %');
  assert.equal(factText(facts['rate-skew'], 'en'), 'subtask 0 of Agg takes in 4,100/s, 3.1 × the mean');
  assert.equal(factText(facts.growing, 'en'), 'backlog of 1,009,000 records grows by 100/s, 400/s arrive');
  assert.equal(factText(facts.lagging, 'zh'), '在 dwd_log 上落后 7 分钟（该时段通常 1 秒）');
});
