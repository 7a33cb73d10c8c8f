/**
 * Tooltips for every number: elements carry the text, one listener shows it on hover and on keyboard focus. `tip` also
 * gives the text to screen readers.
 */

/** Attributes of an element that explains itself. Lines are separated by `\n`; absent parts are left out. */
export function tip(...lines: readonly (string | null | undefined | false)[]): {
  'data-tip'?: string;
  'aria-description'?: string;
} {
  const text = lines.filter(line => typeof line === 'string' && line !== '').join('\n');
  return text ? { 'data-tip': text, 'aria-description': text.replaceAll('\n', '; ') } : {};
}

const GAP = 8;

/** Call once. */
export function startTips(): void {
  const box = document.createElement('div');
  box.className = 'tip';
  box.hidden = true;
  box.setAttribute('role', 'tooltip');
  document.body.append(box);
  let owner: Element | null = null;

  const hide = (): void => {
    owner = null;
    box.hidden = true;
  };
  const show = (event: Event): void => {
    const target = event.target instanceof Element ? event.target.closest('[data-tip]') : null;
    if (target === owner) return;
    if (!target) {
      hide();
      return;
    }
    owner = target;
    box.textContent = target.getAttribute('data-tip');
    box.hidden = false;
    place(box, target.getBoundingClientRect());
  };
  document.addEventListener('pointerover', show);
  document.addEventListener('focusin', event => {
    // A click focuses too; only the keyboard needs the focus to open the tip.
    if (event.target instanceof Element && event.target.matches(':focus-visible')) show(event);
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide);
  document.addEventListener('scroll', hide, { capture: true, passive: true });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') hide();
  });
}

function place(box: HTMLElement, anchor: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, anchor.left + anchor.width / 2 - width / 2), window.innerWidth - width - GAP);
  const below = anchor.bottom + GAP;
  const top = below + height > window.innerHeight - GAP ? Math.max(GAP, anchor.top - height - GAP) : below;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}
