import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

interface Props<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly row: (item: T, index: number) => ComponentChildren;
  /** Height of a row that has not been measured, px. */
  readonly estimate: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Called when the last rows come into view. */
  readonly onEnd?: () => void;
  /** Receives the virtualizer, to scroll to a row. */
  readonly handle?: (virtualizer: Virtualizer<HTMLElement, HTMLElement>) => void;
}

/** Draws only the rows in view of a scrolling element; rows measure themselves, so they may differ in height and grow. */
export function VirtualRows<T>({ items, keyOf, row, estimate, scroller, onEnd, handle }: Props<T>): JSX.Element {
  const [, redraw] = useReducer((n: number, _: undefined) => n + 1, 0);
  const ref = useRef<Virtualizer<HTMLElement, HTMLElement> | null>(null);
  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    getItemKey: (index: number) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 12,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(undefined),
  };
  ref.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  const virtualizer = ref.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());

  const shown = virtualizer.getVirtualItems();
  const reachedEnd = (shown.at(-1)?.index ?? 0) >= items.length - 1 && items.length > 0;
  useLayoutEffect(() => {
    if (reachedEnd) onEnd?.();
  }, [reachedEnd, items.length]);
  useLayoutEffect(() => handle?.(virtualizer), []);

  return (
    <div
      class="virtual"
      role="presentation"
      style={{ height: `${virtualizer.getTotalSize()}px`, position: 'relative' }}
    >
      {shown.map(({ key, index, start }) => {
        const item = items[index];
        if (item === undefined) return null;
        return (
          <div
            key={key}
            data-index={index}
            role="presentation"
            ref={element => virtualizer.measureElement(element)}
            style={{ position: 'absolute', insetInline: '0', transform: `translateY(${start}px)` }}
          >
            {row(item, index)}
          </div>
        );
      })}
    </div>
  );
}
