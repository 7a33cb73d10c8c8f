import type { JSX } from 'preact';
import { type DocumentKind, getDocument, type Stored } from '../../api/documents.ts';
import { useLive } from '../../api/live.ts';
import { Region } from '../../parts/states.tsx';

interface OpenedProps<T> {
  readonly kind: DocumentKind;
  /** `new` opens an empty form. */
  readonly id: string;
  readonly children: (document: T | null) => JSX.Element;
}

/** The form of one document, on what is saved when it opens. */
export function Opened<T extends Stored>({ kind, id, children }: OpenedProps<T>): JSX.Element {
  const live = useLive(id === 'new' ? null : `${kind}/${id}`, signal => getDocument<T>(kind, id, signal), {
    every: Infinity,
  });
  return id === 'new' ? children(null) : <Region live={live}>{children}</Region>;
}

/** A form that was opened on a remembered text begins anew when the newest one is there. */
export function keyOf(document: Stored | null): string {
  return document ? `${document.id} ${document.version}` : '';
}
