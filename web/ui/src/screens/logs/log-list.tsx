import type { Virtualizer } from '@tanstack/virtual-core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LogFilter } from '../../api/logs.ts';
import { param, setParams } from '../../app/router.ts';
import { exact } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Failure, Loading } from '../../parts/states.tsx';
import { VirtualRows } from '../../parts/virtual-rows.tsx';
import { Elsewhere } from './elsewhere.tsx';
import { searchedWords } from './highlight.tsx';
import { LogRow } from './log-row.tsx';
import { MAX_LINES, useLogLines } from './use-log-lines.ts';

const ROW = 26;

/** The lines found, newest first. Arrow keys move, Enter expands, `c` shows the lines around. */
export function LogList({ filter }: { filter: LogFilter }): JSX.Element {
  const { logs: w } = words();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useRef<Virtualizer<HTMLElement, HTMLElement> | null>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const lines = useLogLines(filter, () => (scroller.current?.scrollTop ?? 0) < ROW && open.size === 0);
  const items = lines.items ?? [];
  const wanted = useMemo(() => searchedWords(filter.q), [filter.q]);
  const around = param('around');

  const toggle = (id: string): void => {
    setActive(id);
    setOpen(before => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };

  useEffect(() => {
    const move = (by: number): void => {
      const at = Math.min(items.length - 1, Math.max(0, items.findIndex(item => item.id === active) + by));
      const item = items[at];
      if (!item) return;
      setActive(item.id);
      virtualizer.current?.scrollToIndex(at, { align: 'auto' });
    };
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target;
      if (target instanceof HTMLElement && target.matches('input, textarea, select, [open], [open] *')) return;
      if (event.key === 'ArrowDown') move(1);
      else if (event.key === 'ArrowUp') move(-1);
      else if (event.key === 'Enter' && active && !(target instanceof HTMLElement && target.closest('button, a')))
        toggle(active);
      else if (event.key === 'c' && active && !event.ctrlKey && !event.metaKey)
        setParams({ around: active }, { push: true });
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [items, active]);

  if (lines.items === undefined) {
    return (
      <section class="card log-card">{lines.error ? <Failure error={lines.error} /> : <Loading rows={14} />}</section>
    );
  }
  const total = lines.total;
  return (
    <section class="card log-card">
      <div class="log-count row">
        <span class="soft" data-testid="log-total">
          {total && (total.relation === 'eq' ? w.lines(exact(total.value)) : w.linesAtLeast(exact(total.value)))}
        </span>
        {lines.loadingMore && <span class="muted">{w.loadingMore}</span>}
        {lines.error && <span class="level-critical">{lines.error.message}</span>}
        {lines.waiting > 0 && (
          <button
            type="button"
            class="button primary waiting"
            onClick={() => {
              lines.showWaiting();
              scroller.current?.scrollTo({ top: 0 });
            }}
          >
            {w.newLines(lines.waiting)}
          </button>
        )}
      </div>
      {items.length === 0 ? (
        <Elsewhere filter={filter} />
      ) : (
        <div
          class="log-scroll"
          ref={scroller}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label={w.title}
          data-testid="log-scroll"
        >
          <VirtualRows
            items={items}
            keyOf={item => item.id}
            estimate={ROW}
            scroller={scroller}
            onEnd={lines.loadOlder}
            handle={v => {
              virtualizer.current = v;
            }}
            row={item => (
              <LogRow
                item={item}
                expanded={open.has(item.id)}
                active={item.id === active || item.id === around}
                wanted={wanted}
                onToggle={() => toggle(item.id)}
              />
            )}
          />
          {lines.ended && <p class="muted log-end">{items.length >= MAX_LINES ? w.capped : w.end}</p>}
        </div>
      )}
    </section>
  );
}
