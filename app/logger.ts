import { type Logger, pino } from 'pino';

/** The daemon's own log: one JSON object a line on stderr, or readable lines on a terminal. */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: label => ({ level: label }) } },
    pino.destination({ dest: 2, sync: true }),
  );
}
