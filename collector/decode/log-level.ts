import type { LogLevel } from '../../model/log-record.ts';

/** Names of other frameworks (java.util.logging, syslog, Python) and their nearest level. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'TRACE',
  FINEST: 'TRACE',
  FINER: 'TRACE',
  ALL: 'TRACE',
  DEBUG: 'DEBUG',
  FINE: 'DEBUG',
  INFO: 'INFO',
  CONFIG: 'INFO',
  NOTICE: 'INFO',
  INFORMATION: 'INFO',
  WARN: 'WARN',
  WARNING: 'WARN',
  ERROR: 'ERROR',
  ERR: 'ERROR',
  SEVERE: 'ERROR',
  FATAL: 'FATAL',
  CRITICAL: 'FATAL',
  ALERT: 'FATAL',
  EMERG: 'FATAL',
  EMERGENCY: 'FATAL',
  PANIC: 'FATAL',
};

/** The level a name stands for, whatever its case; custom levels and an absent one count as INFO. */
export function levelOf(name: string): LogLevel {
  return LEVELS[name] ?? LEVELS[name.trim().toUpperCase()] ?? 'INFO';
}
