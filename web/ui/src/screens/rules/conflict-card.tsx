import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Rule, RuleDocument, RuleVersion } from '../../api/rules.ts';
import { fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Card } from '../../parts/card.tsx';
import { DiffView } from './diff-view.tsx';
import { documentOf } from './document.ts';
import { loadYaml, toYaml } from './yaml-text.ts';

export interface Conflict {
  /** The rule as somebody else saved it meanwhile. */
  readonly theirs: Rule;
  /** Who that was and when; null when it is not kept. */
  readonly by: RuleVersion | null;
}

interface Props {
  readonly conflict: Conflict;
  readonly mine: RuleDocument;
  readonly onReload: (theirs: Rule) => void;
  readonly onOverwrite: (theirs: Rule) => void;
}

/** Two people edited one rule: whose change it is, how the texts differ, and the choice. */
export function ConflictCard({ conflict: { theirs, by }, mine, onReload, onOverwrite }: Props): JSX.Element {
  const { editor: w } = moreWords();
  const texts = useYaml([documentOf(theirs), mine]);
  return (
    <div role="alert" data-testid="conflict">
      <Card
        title={w.conflict}
        more={
          <div class="row wrap">
            <button type="button" class="button" onClick={() => onReload(theirs)}>
              {w.reload}
            </button>
            <button type="button" class="button primary" onClick={() => onOverwrite(theirs)}>
              {w.overwrite}
            </button>
          </div>
        }
      >
        <p class="card-body">
          {by ? w.conflictBy(by.who, fullTime(by.at)) : w.conflictUnknown} {w.conflictHow}
        </p>
        {texts && <DiffView before={texts[0] ?? ''} after={texts[1] ?? ''} />}
      </Card>
    </div>
  );
}

/** Documents as YAML; null until the library is here. */
export function useYaml(documents: readonly RuleDocument[]): readonly string[] | null {
  const [texts, setTexts] = useState<readonly string[] | null>(null);
  const key = JSON.stringify(documents);
  useEffect(() => {
    let wanted = true;
    void loadYaml().then(yaml => {
      if (wanted) setTexts(documents.map(document => toYaml(yaml, document)));
    });
    return () => {
      wanted = false;
    };
  }, [key]);
  return texts;
}
