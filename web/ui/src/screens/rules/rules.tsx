import './rules.css';
import type { JSX } from 'preact';
import type { ScreenProps } from '../../app/screens.ts';
import { AlertingFrame } from '../alerts/frame.tsx';
import { EditRule, NewRule } from './edit-rule.tsx';
import { GeneratedRules } from './generated-rules.tsx';
import { ImportRules } from './import-rules.tsx';
import { RuleList } from './rule-list.tsx';
import { RulePage } from './rule-page.tsx';
import { Versions } from './versions.tsx';

/** Rules: the list, one in words, its editor and its versions; the import of Prometheus rules, and how strict generated ones are. */
export default function Rules({ rest }: ScreenProps): JSX.Element {
  const [id, part] = rest;
  if (id === 'import' || id === 'generated') {
    return <AlertingFrame tab="rules">{id === 'import' ? <ImportRules /> : <GeneratedRules />}</AlertingFrame>;
  }
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
