import type { Messages } from './en.ts';
import { alertingWords } from './zh/alerting.ts';
import { diagnosisWords } from './zh/diagnosis.ts';
import { estateWords } from './zh/estate.ts';
import { frameWords } from './zh/frame.ts';
import { boardWords } from './zh/freshness.ts';
import { lineageWords } from './zh/lineage.ts';
import { logsWords } from './zh/logs.ts';

/** 界面的中文文案，与 en.ts 同构；术语以 docs/GLOSSARY.md 为准。 */
export const zh: Messages = {
  ...frameWords,
  ...estateWords,
  ...logsWords,
  ...alertingWords,
  ...boardWords,
  ...diagnosisWords,
  ...lineageWords,
};
