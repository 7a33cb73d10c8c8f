import './alerts.css';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { link } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';

export type AlertingTab = 'alerts' | 'rules' | 'deliveries' | 'silences' | 'routes' | 'channels' | 'onCall' | 'audit';

/** Title and tabs that all screens of alerting share. */
export function AlertingFrame({ tab, children }: { tab: AlertingTab; children: ComponentChildren }): JSX.Element {
  const { alerts: w } = words();
  const names = { ...w.tabs, ...moreWords().tabs };
  const tabs: readonly (readonly [AlertingTab, string])[] = [
    ['alerts', link('/alerts')],
    ['rules', link('/rules')],
    ['silences', link('/silences')],
    ['deliveries', link('/alerts', { tab: 'deliveries' })],
    ['routes', link('/routes')],
    ['channels', link('/channels')],
    ['onCall', link('/on-call')],
    ['audit', link('/audit')],
  ];
  const bar = useRef<HTMLElement>(null);
  // On a phone the tabs do not all fit: the current one is brought into sight.
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  return (
    <>
      <div class="head" style={{ marginBottom: '4px' }}>
        <h1>{w.title}</h1>
      </div>
      <nav ref={bar} class="tabs" aria-label={w.title}>
        {tabs.map(([name, href]) => (
          <a key={name} href={href} {...(name === tab ? { 'aria-current': 'page' as const } : {})}>
            {names[name]}
          </a>
        ))}
      </nav>
      <div class="alerts-body">{children}</div>
    </>
  );
}
