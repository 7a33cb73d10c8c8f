import type { JSX } from 'preact';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { TestReceivers } from '../rules/test-receivers.tsx';

/** A test of everybody a form names, saved or not. */
export function TestCard({ names }: { names: readonly string[] }): JSX.Element {
  const { receiverForm: w } = notificationWords();
  return (
    <Card title={w.test}>
      <div class="card-body">
        {names.length === 0 ? <p class="muted">{w.testNeeds}</p> : <TestReceivers names={names} />}
      </div>
    </Card>
  );
}
