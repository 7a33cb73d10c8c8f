import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { refreshNow } from '../../api/live.ts';
import { type Rule, restoreRule } from '../../api/rules.ts';
import { link, navigate } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { notificationWords } from '../../i18n/notification.ts';

/** What may be done with a rule that no person made here: where a file's rule is changed, how a generated one is brought back. */
export function OriginNote({ rule }: { rule: Rule }): JSX.Element | null {
  const { editor: w } = moreWords();
  const { generated } = notificationWords();
  const [failure, setFailure] = useState('');
  if (rule.origin === 'file') return <p class="notice">{w.managedByFile(rule.file ?? '')}</p>;
  if (rule.origin !== 'generated') return null;
  const restore = (): void => {
    restoreRule(rule.id).then(
      () => {
        refreshNow();
        navigate(link(`/rules/${encodeURIComponent(rule.id)}`));
      },
      error => setFailure(w.failed(error instanceof Error ? error.message : String(error))),
    );
  };
  return (
    <div class="note row wrap" data-testid="origin-note">
      <span class="grow">
        {rule.overridden ? `${w.overridden} ` : ''}
        {w.generated(rule.source ?? '')} {failure}
      </span>
      <a class="button" href={link('/rules/generated')}>
        {generated.open}
      </a>
      {rule.overridden && (
        <button type="button" class="button" onClick={restore}>
          {w.restore}
        </button>
      )}
    </div>
  );
}
