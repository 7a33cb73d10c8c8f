/**
 * Where channels may connect to. Who writes the configuration may send anywhere. Who may only use the API must not make the daemon knock at
 * doors of its own network (SSRF): beyond the public internet such a channel reaches what `alerting.allow_private` lists.
 */
import type { Reach } from '../alerting/notify/channel.ts';
import { LOOPBACK } from '../config/schema.ts';
import { createReach } from '../reporters/reach.ts';
import type { AppConfig } from './config.ts';

type ReachConfig = Pick<AppConfig, 'http' | 'alerting'>;

/** Reads the configuration at every connection, so that a reload needs no restart. */
export function createChannelReach(config: () => ReachConfig): (managed: boolean) => Reach {
  let known: { readonly of: ReachConfig; readonly managed: Reach; readonly api: Reach } | null = null;
  const now = (managed: boolean): Reach => {
    const current = config();
    if (known?.of !== current) {
      const listed = current.alerting.allow_private ?? [];
      known = {
        of: current,
        managed: createReach({ everywhere: true, listed }),
        api: createReach({ everywhere: isForThisMachine(current), listed }),
      };
    }
    return managed ? known.managed : known.api;
  };
  return managed => ({
    permits: (host, address) => now(managed).permits(host, address),
    lookup: (host, options, done) => now(managed).lookup(host, options, done),
    strict: {
      permits: (host, address) => now(managed).strict.permits(host, address),
      lookup: (host, options, done) => now(managed).strict.lookup(host, options, done),
    },
  });
}

/** Whether only people on this machine reach the API: they get to its network without the daemon. A list says otherwise. */
function isForThisMachine({ http, alerting }: ReachConfig): boolean {
  if (alerting.allow_private !== undefined || http.auth !== undefined || !LOOPBACK.test(http.host)) return false;
  return http.public_url === undefined || LOOPBACK.test(new URL(http.public_url).hostname);
}
