import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type TestResult, testChannel } from '../../api/channels.ts';
import type { Level } from '../../api/estate.ts';
import { refreshNow } from '../../api/live.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { LevelBadge } from '../../parts/level.tsx';

/** A test of one channel: under way, or what came of it; `failed` is the request to the daemon. */
export type TestState = 'waiting' | TestResult | { readonly failed: string };

/** State of a channel's test, and what starts it. */
export function useChannelTest(id: string): readonly [TestState | null, () => Promise<void>] {
  const [state, setState] = useState<TestState | null>(null);
  const test = async (): Promise<void> => {
    setState('waiting');
    setState(await askChannel(id));
    refreshNow();
  };
  return [state, test];
}

/** The answer of a channel, also when the daemon could not ask it. */
export function askChannel(id: string): Promise<TestState> {
  return testChannel(id).catch((error: unknown) => ({
    failed: error instanceof Error ? error.message : String(error),
  }));
}

const LEVELS: Record<TestResult['kind'], Level> = { sent: 'ok', retryable: 'warning', permanent: 'critical' };

/** The answer in words: taken or not, why, what to do, and each recipient where they differ. */
export function TestOutcome({ name, state }: { name: string; state: TestState }): JSX.Element {
  const { channels: w, editor } = moreWords();
  if (state === 'waiting') return <p class="soft">{w.testing}</p>;
  if ('failed' in state) return <p class="level-critical">{editor.failed(state.failed)}</p>;
  return (
    <div class="test-outcome" data-testid="test-outcome">
      <LevelBadge level={LEVELS[state.kind]} text={w[state.kind](name)} />
      {state.error && (
        <p>
          {state.class && <code>{state.class}</code>} {state.error}
        </p>
      )}
      {state.remedy && <p class="strong">{state.remedy}</p>}
      {state.recipients && (
        <p class="soft">
          {w.recipients}: {state.recipients.map(({ address, status }) => `${address} ${status}`).join(', ')}
        </p>
      )}
    </div>
  );
}
