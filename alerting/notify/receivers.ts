/** Receivers (接收人): names under which rules, routes and owners address one or several channels. */

/** Who may be told: looked up by name, resolved to channels. */
export interface Directory {
  /** Receiver or rota name -> names of channels, receivers or rotas. */
  readonly receivers: ReadonlyMap<string, readonly string[]>;
  /** Names of all channels; each is a receiver too. */
  readonly channels: ReadonlySet<string>;
  /** Team or person -> receivers told when neither a route nor the rule names one. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  /** Receivers told about the daemon itself, and when a name leads nowhere. */
  readonly metaReceivers: readonly string[];
}

/**
 * Channels of the named receivers, each once, sorted; names that lead to no channel come back in `unknown`. A receiver of the
 * same name as a channel wins, so that a channel can be replaced by a group of channels; inside itself the name is the channel.
 */
export function resolveReceivers(
  names: readonly string[],
  directory: Pick<Directory, 'receivers' | 'channels'>,
): { readonly channels: readonly string[]; readonly unknown: readonly string[] } {
  const channels = new Set<string>();
  const unknown: string[] = [];
  const resolve = (name: string, within: ReadonlySet<string>): number => {
    const members = within.has(name) ? undefined : directory.receivers.get(name);
    if (members !== undefined) {
      const inside = new Set(within).add(name);
      return members.reduce((found, member) => found + resolve(member, inside), 0);
    }
    if (!directory.channels.has(name)) return 0;
    channels.add(name);
    return 1;
  };
  for (const name of new Set(names)) if (resolve(name, new Set()) === 0) unknown.push(name);
  return { channels: [...channels].sort(), unknown };
}
