import type { JSX } from 'preact';
import { getInhibitions, type Inhibition } from '../../api/inhibitions.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { Region } from '../../parts/states.tsx';
import { describeMatchers } from '../rules/rule-text.ts';

/** Every inhibition in words. */
export function InhibitionList(): JSX.Element {
  const { inhibitions: w } = notificationWords();
  const live = useLive('inhibitions', getInhibitions);
  return (
    <Card
      title={w.title}
      count={live.data?.items.length || undefined}
      more={
        <a class="button" href={link('/inhibitions/new')}>
          {w.create}
        </a>
      }
    >
      <Region live={live} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="card-body muted">{w.none}</p>
          ) : (
            <ul>
              {items.map(inhibition => (
                <Line key={inhibition.id} inhibition={inhibition} />
              ))}
            </ul>
          )
        }
      </Region>
    </Card>
  );
}

function Line({ inhibition }: { inhibition: Inhibition }): JSX.Element {
  const { inhibitions: w, form, routes } = notificationWords();
  const { channels } = moreWords();
  const { id, name, managed, upstream, source_matchers: source, target_matchers: target, equal, comment } = inhibition;
  return (
    <li class="route inhibition" data-testid="inhibition">
      <div class="route-what">
        {(name || managed) && (
          <span>
            <span class="strong">{name}</span> {managed && <span class="muted">{channels.managed}</span>}
          </span>
        )}
        <span class="mono">
          {describeMatchers(source) || routes.everything} ⊣ {describeMatchers(target) || routes.everything}
        </span>
        <span class="muted">
          {[upstream && w.byLineage, equal && equal.length > 0 && w.agreeIn(equal.join(', ')), comment]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <a class="button" href={link(`/inhibitions/${encodeURIComponent(id)}`)}>
        {managed ? form.show : form.edit}
      </a>
    </li>
  );
}
