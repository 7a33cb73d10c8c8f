import type { ComponentChildren, JSX } from 'preact';

interface Props {
  readonly title: ComponentChildren;
  readonly count?: number | string | undefined;
  /** Shown at the right end of the head. */
  readonly more?: ComponentChildren;
  readonly id?: string;
  readonly children: ComponentChildren;
}

/** A titled region. */
export function Card({ title, count, more, id, children }: Props): JSX.Element {
  return (
    <section class="card" {...(id ? { id } : {})}>
      <div class="card-head">
        <h2>
          {title} {count !== undefined && <span class="count">{count}</span>}
        </h2>
        {more !== undefined && <div class="more">{more}</div>}
      </div>
      {children}
    </section>
  );
}
