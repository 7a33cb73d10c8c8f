import { alertingWords } from './en/alerting.ts';
import { diagnosisWords } from './en/diagnosis.ts';
import { estateWords } from './en/estate.ts';
import { frameWords } from './en/frame.ts';
import { boardWords } from './en/freshness.ts';
import { lineageWords } from './en/lineage.ts';
import { logsWords } from './en/logs.ts';

/** English words of the interface. `zh.ts` has the same shape; the compiler keeps them equal. */
export const en = {
  ...frameWords,
  ...estateWords,
  ...logsWords,
  ...alertingWords,
  ...boardWords,
  ...diagnosisWords,
  ...lineageWords,
};

export type Messages = typeof en;
