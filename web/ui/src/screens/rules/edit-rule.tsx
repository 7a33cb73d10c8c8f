import type { JSX } from 'preact';
import { useLive } from '../../api/live.ts';
import { getRule, type Rule } from '../../api/rules.ts';
import { link, param } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Region } from '../../parts/states.tsx';
import { documentOf, FIRST_DRAFT } from './document.ts';
import { RuleEditor } from './rule-editor.tsx';

/** A rule that is not there yet; `?copy=` begins it as a copy of another. */
export function NewRule(): JSX.Element {
  const from = param('copy');
  const live = useLive(from ? `rule/${from}` : null, signal => getRule(from, signal), { every: Infinity });
  if (!from) return <RuleEditor draft={FIRST_DRAFT} rule={null} />;
  return <Region live={live}>{rule => <RuleEditor draft={copyOf(rule)} rule={null} />}</Region>;
}

/** The editor of a rule, on the text that is in force when it opens. */
export function EditRule({ id }: { id: string }): JSX.Element {
  const { editor: w } = moreWords();
  const live = useLive(`rule-edit/${id}`, signal => getRule(id, signal), { every: Infinity });
  return (
    <Region live={live}>
      {rule =>
        rule.origin === 'file' ? (
          <div class="stack">
            <p class="notice">{w.managedByFile(rule.file ?? '')}</p>
            <a href={link(`/rules/${encodeURIComponent(id)}`)}>← {rule.name}</a>
          </div>
        ) : (
          <RuleEditor key={id} draft={documentOf(rule)} rule={rule} />
        )
      }
    </Region>
  );
}

function copyOf(rule: Rule): ReturnType<typeof documentOf> {
  return { ...documentOf(rule), name: moreWords().editor.copyOf(rule.name) };
}
