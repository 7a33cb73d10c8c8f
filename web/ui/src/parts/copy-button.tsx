import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { words } from '../i18n/language.ts';
import { Icon, type IconName } from './icon.tsx';

/** Copies `text()`; says so in its own label for a moment. */
export function CopyButton({
  text,
  label,
  icon = 'copy',
}: {
  text: () => string;
  label: string;
  icon?: IconName;
}): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text()).then(() => {
      setCopied(true);
      window.setTimeout(() => setCopied(false), 1500);
    });
  };
  return (
    <button type="button" class="button quiet" onClick={copy}>
      <Icon name={icon} />
      <span aria-live="polite">{copied ? words().action.copied : label}</span>
    </button>
  );
}
