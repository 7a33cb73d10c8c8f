import type { JSX } from 'preact';
import { getChannels, getReceivers, getRotas } from '../../api/channels.ts';
import { useLive } from '../../api/live.ts';
import { getRoutes } from '../../api/routes.ts';
import { getRules } from '../../api/rules.ts';
import { link } from '../../app/router.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { type Use, usesOf } from './uses.ts';

const SHOWN = 20;

/** Where a name is used, so that nobody is forgotten when it is renamed or deleted. */
export function UsedBy({ name }: { name: string }): JSX.Element | null {
  const { usedBy: w } = notificationWords();
  const channels = useLive('channels', getChannels, { every: 12 }).data?.items;
  const receivers = useLive('receivers', getReceivers, { every: 12 }).data?.items;
  const rotas = useLive('rotas', getRotas, { every: 12 }).data?.items;
  const routes = useLive('routes', getRoutes, { every: 12 }).data?.items;
  const rules = useLive('rules', getRules, { every: 12 }).data?.items;
  if (!channels || !receivers || !rotas || !routes || !rules) return null;
  const uses = usesOf(name, { channels, receivers, rotas, routes, rules });
  return (
    <Card title={w.title} count={uses.length || undefined}>
      <ul class="card-body stack" data-testid="used-by">
        {uses.length === 0 && <li class="muted">{w.nowhere}</li>}
        {uses.slice(0, SHOWN).map(use => (
          <li key={`${use.kind} ${use.id}`}>
            <span class="muted">{w.kinds[use.kind]}</span>{' '}
            <a href={link(`${PATHS[use.kind]}/${encodeURIComponent(use.id)}`)}>{use.name}</a>
          </li>
        ))}
        {uses.length > SHOWN && <li class="muted">{w.more(uses.length - SHOWN)}</li>}
      </ul>
    </Card>
  );
}

const PATHS: Record<Use['kind'], string> = {
  channel: '/channels',
  receiver: '/receivers',
  rota: '/on-call',
  route: '/routes',
  rule: '/rules',
};
