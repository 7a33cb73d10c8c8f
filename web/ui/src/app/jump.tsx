import type { JSX } from 'preact';
import { idFilter } from '../format/flink-id.ts';
import { words } from '../i18n/language.ts';
import { link, navigate } from './router.ts';

/** Finds a job, or the log lines of a pasted application, container or job ID, from any screen. */
export function Jump(): JSX.Element {
  const { shell } = words();
  const submit = (event: Event): void => {
    event.preventDefault();
    const field =
      event.currentTarget instanceof HTMLFormElement ? event.currentTarget.elements.namedItem('jump') : null;
    if (!(field instanceof HTMLInputElement)) return;
    const text = field.value.trim();
    if (text === '') return;
    const id = idFilter(text);
    navigate(id ? link('/logs', id) : link('/jobs', { q: text }));
    field.value = '';
    field.blur();
  };
  return (
    <search>
      <form onSubmit={submit}>
        <input
          class="input jump"
          name="jump"
          type="search"
          data-search
          autocomplete="off"
          placeholder={shell.jumpShort}
          aria-label={shell.jump}
        />
      </form>
    </search>
  );
}
