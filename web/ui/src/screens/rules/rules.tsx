import './rules.css';
import type { JSX } from 'preact';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { EditRule, NewRule } from './edit-rule.tsx';
import { RuleList } from './rule-list.tsx';
import { RulePage } from './rule-page.tsx';
import { Versions } from './versions.tsx';

/** Rules: the list, one in words, its editor and its versions. */
export default function Rules({ rest }: ScreenProps): JSX.Element {
  const [id, part] = rest;
  return (
    <AlertingFrame tab="rules">
      {id === undefined && <RuleList />}
      {id === 'new' && <NewRule />}
      {id !== undefined && id !== 'new' && part === undefined && <RulePage id={id} />}
      {id !== undefined && part === 'edit' && <EditRule id={id} />}
      {id !== undefined && part === 'versions' && <Versions id={id} />}
    </AlertingFrame>
  );
}
