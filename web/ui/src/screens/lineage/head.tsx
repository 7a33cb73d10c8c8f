import './lineage.css';
import type { ComponentChildren, JSX } from 'preact';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';

const TABS = [
  ['path', '/lineage'],
  ['impact', '/lineage/impact'],
  ['health', '/lineage/health'],
  ['check', '/lineage/check'],
] as const;
type Tab = (typeof TABS)[number][0];

/** Title and parts of the lineage screens, then what the part at hand is asked with. */
export function LineageHead({ tab, children }: { tab: Tab; children?: ComponentChildren }): JSX.Element {
  const { lineage: w, river } = words();
  return (
    <>
      <div class="head lineage-head">
        <h1>{w.title}</h1>
        <nav class="tabs grow" aria-label={w.title}>
          {TABS.map(([name, to]) => (
            <a key={name} href={link(to)} {...(name === tab ? { 'aria-current': 'page' as const } : {})}>
              {river.tabs[name]}
            </a>
          ))}
        </nav>
      </div>
      {children !== undefined && <div class="row wrap lineage-actions">{children}</div>}
    </>
  );
}
