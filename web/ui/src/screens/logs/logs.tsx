import './lines.css';
import './logs.css';
import type { JSX } from 'preact';
import { param } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { AroundPanel } from './around.tsx';
import { Facets } from './facets.tsx';
import { currentFilter } from './filter.ts';
import { Histogram } from './histogram.tsx';
import { LogList } from './log-list.tsx';
import { SearchBar } from './search-bar.tsx';

/** Search over all log lines; the whole search, the range and the opened surroundings are in the address. */
export default function Logs(): JSX.Element {
  const filter = currentFilter();
  const around = param('around');
  return (
    <>
      <h1 class="visually-hidden">{words().logs.title}</h1>
      <SearchBar filter={filter} />
      <Histogram filter={filter} />
      <div class={`log-columns${around ? ' with-around' : ''}`}>
        <Facets filter={filter} />
        <LogList key={JSON.stringify(filter)} filter={filter} />
        {around && <AroundPanel key={around} id={around} />}
      </div>
    </>
  );
}
