import { parseArgs } from 'node:util';
import { systemClock } from '../../model/clock.ts';
import { createDaemonClient } from './daemon-client.ts';
import { checkZone } from './instant.ts';
import { LOG_OPTIONS, LogQuestion } from './log-question.ts';
import { tailLogs } from './log-tail.ts';
import { type LogStyle, logText } from './log-text.ts';
import { paintFor } from './paint.ts';
import { wholeNumber } from './whole-number.ts';

const MAX_LAST = 1000;

/**
 * `tidewatch logs tail [QUERY]…`: the last lines that are found, then every one that comes, until SIGINT, SIGTERM or nobody reads on; exit 0
 * then. `--json` is one document a line.
 */
export async function logsTail(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...LOG_OPTIONS, lines: { type: 'string', default: '10' } },
  });
  const style: LogStyle = { paint: paintFor(process.stdout), zone: checkZone(values.zone), traces: values.traces };
  const last = wholeNumber(values.lines, '--lines', [0, MAX_LAST]);
  const stop = new AbortController();
  // Not once: a terminal sends Ctrl-C to every process of a pipeline, and one that started this passes it on again.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  await tailLogs(
    {
      reader: new LogQuestion(daemon, positionals, values),
      last,
      clock: systemClock,
      tell: lines => {
        for (const line of lines)
          process.stdout.write(values.json ? `${JSON.stringify(line)}\n` : logText(line, style));
      },
      remark: text => void process.stderr.write(`${text}\n`),
    },
    stop.signal,
  );
  return 0;
}
