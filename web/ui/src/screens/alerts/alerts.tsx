import './alerts.css';
import type { JSX } from 'preact';
import { link, param } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { words } from '../../i18n/language.ts';
import { AlertsView } from './alerts-view.tsx';
import { Deliveries } from './deliveries.tsx';
import { RuleList } from './rule-list.tsx';
import { RulePage } from './rule-page.tsx';

type Tab = 'alerts' | 'rules' | 'deliveries';

/** What fires, the rules behind it, and what was sent to whom. */
export default function Alerts({ rest }: ScreenProps): JSX.Element {
  const { alerts: w } = words();
  const tab: Tab = rest[0] === 'rules' ? 'rules' : param('tab') === 'deliveries' ? 'deliveries' : 'alerts';
  const ruleId = rest[0] === 'rules' ? rest[1] : undefined;
  const tabs: readonly (readonly [Tab, string])[] = [
    ['alerts', link('/alerts')],
    ['rules', link('/rules')],
    ['deliveries', link('/alerts', { tab: 'deliveries' })],
  ];
  return (
    <>
      <div class="head" style={{ marginBottom: '4px' }}>
        <h1>{w.title}</h1>
      </div>
      <nav class="tabs" aria-label={w.title}>
        {tabs.map(([name, href]) => (
          <a key={name} href={href} {...(name === tab ? { 'aria-current': 'page' as const } : {})}>
            {w.tabs[name]}
          </a>
        ))}
      </nav>
      <div class="alerts-body">
        {tab === 'alerts' && <AlertsView id={rest[0]} />}
        {tab === 'rules' && (ruleId ? <RulePage id={ruleId} /> : <RuleList />)}
        {tab === 'deliveries' && <Deliveries />}
      </div>
    </>
  );
}
