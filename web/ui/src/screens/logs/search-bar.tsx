import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { FILTER_FIELDS, type LogFilter } from '../../api/logs.ts';
import { idFilter } from '../../format/flink-id.ts';
import { words } from '../../i18n/language.ts';
import { Icon } from '../../parts/icon.tsx';
import { minimumLevel, removeFilter, setMinimumLevel, submitQuery } from './filter.ts';

const MINIMUM = ['INFO', 'WARN', 'ERROR'] as const;

/** The query, the level to begin at, and what is filtered by, each removable. */
export function SearchBar({ filter }: { filter: LogFilter }): JSX.Element {
  const { logs: w, action } = words();
  const field = useRef<HTMLInputElement>(null);
  // Clicks elsewhere change the query too; what is being typed is left alone.
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = filter.q;
  }, [filter.q]);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!field.current) return;
    submitQuery(field.current.value);
    if (idFilter(field.current.value)) field.current.value = '';
  };
  const pasted = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (field.current?.value !== '' || !idFilter(text)) return;
    event.preventDefault();
    submitQuery(text);
  };
  const chips = FILTER_FIELDS.filter(name => filter[name]);
  return (
    <search>
      <form class="search-bar" onSubmit={submit}>
        <input
          ref={field}
          class="input mono search-input"
          type="search"
          data-search
          defaultValue={filter.q}
          placeholder={w.query}
          aria-label={w.queryLabel}
          onPaste={pasted}
          autocomplete="off"
          spellcheck={false}
        />
        <select
          class="select"
          aria-label={w.atLeast}
          value={minimumLevel(filter.q)}
          onChange={event => setMinimumLevel(event.currentTarget.value)}
        >
          <option value="">{w.anyLevel}</option>
          {MINIMUM.map(level => (
            <option key={level} value={level}>
              ≥ {level}
            </option>
          ))}
        </select>
        <button type="submit" class="button primary">
          {w.search}
        </button>
        {chips.length > 0 && (
          <div class="row wrap chips">
            {chips.map(name => (
              <span key={name} class="chip" data-testid="chip">
                <span class="ellipsis">
                  {w.facet[name]}: <b class="mono">{filter[name]}</b>
                </span>
                <button
                  type="button"
                  aria-label={w.removeFilter(w.facet[name])}
                  title={action.clear}
                  onClick={() => removeFilter(name)}
                >
                  <Icon name="close" size={12} />
                </button>
              </span>
            ))}
          </div>
        )}
      </form>
    </search>
  );
}
