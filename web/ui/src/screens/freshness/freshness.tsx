import './freshness.css';
import type { JSX } from 'preact';
import type { ScreenProps } from '../../app/screens.ts';
import { Board } from './board.tsx';
import { ReportPage } from './report-page.tsx';

/** `/freshness`: all reports against their objectives; `/freshness/{report}`: one of them. */
export default function Freshness({ rest }: ScreenProps): JSX.Element {
  // A dataset's id holds slashes.
  const name = rest.join('/');
  return name === '' ? <Board /> : <ReportPage key={name} name={name} />;
}
