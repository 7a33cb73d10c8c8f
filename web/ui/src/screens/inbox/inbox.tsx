import './inbox.css';
import type { JSX } from 'preact';
import { getInbox, type InboxItem } from '../../api/alerts.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Empty, Failure, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { MailFrame } from './mail-frame.tsx';
import { Markdown } from './markdown.tsx';

function kindText(kind: string): string {
  return words().inbox.types[kind] ?? kind;
}

function recipients(to: InboxItem['to']): string {
  return typeof to === 'string' ? to : to.join(', ');
}

/** The demo's mails and chat messages, as their receivers would see them. */
export default function Inbox({ rest }: ScreenProps): JSX.Element {
  const { inbox: w } = words();
  const live = useLive('inbox', getInbox);
  if (live.error?.status === 404) {
    return (
      <Empty title={w.off}>
        <p>{w.offHow}</p>
      </Empty>
    );
  }
  if (live.error && live.data === undefined) return <Failure error={live.error} />;
  return (
    <>
      <div class="head">
        <h1>{w.title}</h1>
        <p class="sub">{w.how}</p>
      </div>
      <Region live={live}>{({ items }) => <Messages items={items} id={rest[0]} />}</Region>
    </>
  );
}

function Messages({ items, id }: { items: readonly InboxItem[]; id: string | undefined }): JSX.Element {
  const { inbox: w } = words();
  if (items.length === 0) {
    return (
      <Empty title={w.none}>
        <p>{w.noneHow}</p>
      </Empty>
    );
  }
  const sorted = [...items].sort((a, b) => b.at - a.at);
  const chosen = sorted.find(item => item.id === id);
  // Where there is room for both, the newest message is open; a narrow screen shows the list first.
  const shown = chosen ?? sorted[0];
  return (
    <div class={`inbox-columns${chosen ? ' with-message' : ''}`}>
      <ul class="card lines inbox-list">
        {sorted.map(item => (
          <li key={item.id} data-testid="message">
            <a
              class="inbox-item"
              href={link(`/inbox/${encodeURIComponent(item.id)}`)}
              {...(item === shown ? { 'aria-current': 'true' as const } : {})}
            >
              <span class="row between">
                <span class="pill">{kindText(item.kind)}</span>
                <span class="muted" {...tip(fullTime(item.at))}>
                  {clockSeconds(item.at)}
                </span>
              </span>
              <span class="ellipsis strong">{item.subject}</span>
              <span class="ellipsis muted">{w.to(recipients(item.to))}</span>
            </a>
          </li>
        ))}
      </ul>
      <section class="card inbox-message">
        {shown ? <Message key={shown.id} item={shown} /> : <Empty title={w.choose} />}
      </section>
    </div>
  );
}

function Message({ item }: { item: InboxItem }): JSX.Element {
  const { inbox: w } = words();
  return (
    <>
      <div class="card-head">
        <h2 class="grow">{item.subject}</h2>
        <span class="muted">
          {kindText(item.kind)} · {w.to(recipients(item.to))} · {clockSeconds(item.at)}
        </span>
      </div>
      {item.html ? (
        <>
          <MailFrame html={item.html} title={item.subject} />
          <details class="card-body">
            <summary class="muted">{w.text}</summary>
            <pre class="plain">{item.text}</pre>
          </details>
        </>
      ) : (
        <div class="card-body">
          <div class="bubble">
            <Markdown text={item.text} />
          </div>
        </div>
      )}
    </>
  );
}
