import type { JSX } from 'preact';
import type { ReportView } from '../../api/freshness.ts';
import { language, words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';

/** The badge as others will see it, snippets to copy, and who hears of the report. */
export function BadgeCard({ name, told }: { name: string; told: ReportView['told'] }): JSX.Element {
  const { board: w } = words();
  const path = badgePath(name);
  return (
    <div class="board-columns">
      <Card title={w.badge}>
        <div class="card-body stack" style={{ gap: '10px' }}>
          <p class="muted">{w.badgeHow}</p>
          <div class="badge-preview">
            <img src={path} alt={w.badgeAlt} height="20" />
          </div>
          <code class="ellipsis badge-url">{absolute(path)}</code>
          <div class="row wrap">
            <CopyButton
              label={w.copyMarkdown}
              text={() => `[![${name}](${absolute(path)})](${absolute(pagePath(name))})`}
            />
            <CopyButton
              label={w.copyHtml}
              text={() =>
                `<a href="${absolute(pagePath(name))}"><img src="${escaped(absolute(path))}" alt="${escaped(name)}"></a>`
              }
            />
          </div>
        </div>
      </Card>
      {told && (
        <Card title={w.told}>
          <div class="card-body stack" style={{ gap: '10px' }}>
            <dl class="board-told">
              <dt class="muted">{w.toldAlerts}</dt>
              <dd>{told.alerts.join(', ') || w.nobody}</dd>
              <dt class="muted">{w.toldDigest}</dt>
              <dd>{told.digest.join(', ') || w.nobody}</dd>
            </dl>
            <p class="muted">{w.toldHow}</p>
          </div>
        </Card>
      )}
    </div>
  );
}

/** In the reader's language and zone: a badge speaks to people. */
function badgePath(name: string): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return `/badge/${encodeURIComponent(name)}.svg?lang=${language()}&zone=${encodeURIComponent(timeZone)}`;
}

function pagePath(name: string): string {
  return `/freshness/${encodeURIComponent(name)}`;
}

function absolute(path: string): string {
  return new URL(path, window.location.origin).href;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
