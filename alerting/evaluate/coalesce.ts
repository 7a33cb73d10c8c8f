import type { Intent } from '../intent.ts';

/**
 * Notifications of missed ticks, coalesced to the final state (alerting.md rule 7): what began and ended inside the gap stays
 * history, what goes on is told once, what ended is told as ended. The rest is marked late.
 */
export function coalesce(intents: readonly Intent[]): readonly Intent[] {
  const episodes = new Map<string, Intent[]>();
  for (const intent of intents) {
    const episode = episodes.get(intent.episode);
    if (episode === undefined) episodes.set(intent.episode, [intent]);
    else episode.push(intent);
  }
  const kept = [...episodes.values()].flatMap(episode => finalWord(episode));
  return kept.sort((a, b) => a.t - b.t).map(intent => ({ ...intent, late: true }));
}

function finalWord(episode: readonly Intent[]): readonly Intent[] {
  const first = episode[0] as Intent;
  const last = episode.at(-1) as Intent;
  const beganHere = first.t === first.startsAt && first.endsAt === null;
  if (last.endsAt !== null || last.kind === 'nodata_resolved') return beganHere ? [] : [last];
  const newest = (kind: Intent['kind']): Intent | undefined => episode.findLast(intent => intent.kind === kind);
  const state = newest('firing') ?? newest('repeat') ?? newest('nodata') ?? newest('meta');
  return [state, newest('stale'), newest('flapping')].filter(intent => intent !== undefined);
}
