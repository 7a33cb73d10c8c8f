import type { Channel, Receiver, Rota } from '../../api/channels.ts';
import type { Route } from '../../api/routes.ts';
import type { Rule } from '../../api/rules.ts';

export interface Use {
  readonly kind: 'channel' | 'receiver' | 'rota' | 'route' | 'rule';
  readonly id: string;
  readonly name: string;
}

interface Documents {
  readonly channels: readonly Pick<Channel, 'id' | 'name' | 'fallback'>[];
  readonly receivers: readonly Pick<Receiver, 'id' | 'name' | 'channels'>[];
  readonly rotas: readonly Pick<Rota, 'id' | 'name' | 'layers' | 'overrides'>[];
  readonly routes: readonly Pick<Route, 'id' | 'name' | 'receivers' | 'escalation'>[];
  readonly rules: readonly Pick<Rule, 'id' | 'name' | 'receivers'>[];
}

/** Everything that names a channel, receiver or rota: as one to tell, as a member, as the next level, as a stand-in. */
export function usesOf(name: string, documents: Documents): readonly Use[] {
  const names = (lists: readonly (readonly string[] | undefined)[]): boolean =>
    lists.some(list => list?.includes(name) === true);
  return [
    ...documents.routes
      .filter(({ receivers, escalation }) => names([receivers, ...(escalation ?? []).map(level => level.receivers)]))
      .map(({ id, name: title, receivers }): Use => ({ kind: 'route', id, name: title ?? receivers.join(', ') })),
    ...documents.receivers
      .filter(({ channels }) => names([channels]))
      .map(({ id, name: title }): Use => ({ kind: 'receiver', id, name: title })),
    ...documents.rotas
      .filter(({ layers, overrides }) => names([...layers, ...(overrides ?? [])].map(({ members }) => members)))
      .map(({ id, name: title }): Use => ({ kind: 'rota', id, name: title })),
    ...documents.rules
      .filter(({ receivers }) => names([receivers]))
      .map(({ id, name: title }): Use => ({ kind: 'rule', id, name: title })),
    ...documents.channels
      .filter(({ fallback }) => fallback === name)
      .map(({ id, name: title }): Use => ({ kind: 'channel', id, name: title })),
  ];
}
