import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { words } from '../i18n/language.ts';
import { helpOpen } from './keyboard.ts';
import { NAV } from './screens.ts';

/** The list of keys, as a modal dialog. */
export function Help(): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  if (!open) return null;
  const { keys, nav } = words();
  const close = (): void => {
    helpOpen.value = false;
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="help-title">
      <h1 id="help-title">{keys.title}</h1>
      <dl class="keys">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{keys.search}</dd>
        {NAV.map(item => (
          <>
            <dt key={item.key}>
              <kbd>g</kbd> <kbd>{item.key}</kbd>
            </dt>
            <dd>{keys.go(nav[item.name])}</dd>
          </>
        ))}
        <dt>
          <kbd>↓</kbd> <kbd>↑</kbd>
        </dt>
        <dd>{keys.move}</dd>
        <dt>
          <kbd>Enter</kbd>
        </dt>
        <dd>{keys.expand}</dd>
        <dt>
          <kbd>c</kbd>
        </dt>
        <dd>{keys.around}</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>{keys.close}</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{keys.help}</dd>
      </dl>
      <p class="row" style={{ justifyContent: 'flex-end', marginTop: '16px' }}>
        <button type="button" class="button" onClick={close}>
          {keys.done}
        </button>
      </p>
    </dialog>
  );
}
