import { type Paint, printable } from '../../lineage/formats/text.ts';
import { zoneOffset } from '../../model/zone.ts';
import { readStack } from '../../web/ui/src/screens/logs/stack.ts';
import type { LogLine } from './log-answers.ts';

/** How lines are written out. */
export interface LogStyle {
  readonly paint: Paint;
  /** IANA name. */
  readonly zone: string;
  /** Whole stack traces instead of their causes and the users' own frames. */
  readonly traces: boolean;
}

/** A line as a log has it: time in the zone, level, where it is from, logger, message, below it the trace. Ends with a line feed. */
export function logText(line: LogLine, { paint, zone, traces }: LogStyle): string {
  const from = [line.job_name || line.role, line.container_id || line.host].filter(text => text !== '').join(' ');
  const head = [
    paint('dim', localTime(line.ts, zone)),
    levelText(line.level, paint),
    paint('cyan', printable(from === '' ? '-' : from)),
    paint('dim', printable(line.logger)),
  ];
  const stack = line.exception === undefined ? [] : stackLines(line.exception.stack, traces, paint);
  return `${head.join(' ')} - ${[...textLines(line.message), ...stack].join('\n')}\n`;
}

/** `2026-11-20 10:42:01,123`, as Log4j writes it. */
function localTime(at: number, zone: string): string {
  return new Date(at + zoneOffset(zone, at)).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
}

function levelText(level: string, paint: Paint): string {
  const text = printable(level).padEnd(5);
  if (level === 'ERROR' || level === 'FATAL') return paint('red', text);
  return level === 'WARN' ? paint('yellow', text) : text;
}

function stackLines(stack: string, whole: boolean, paint: Paint): string[] {
  if (whole) return textLines(stack);
  return readStack(stack).flatMap(part => {
    if (part.kind !== 'folded') return printable(spaced(part.text));
    const [only = '', ...more] = part.lines;
    const text = more.length === 0 ? printable(spaced(only)) : `    … ${part.lines.length} more frames`;
    return paint('dim', text);
  });
}

/** Other people's text: its lines stay lines, what would steer the terminal does not get there. */
function textLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map(line => printable(spaced(line)));
}

function spaced(text: string): string {
  return text.replaceAll('\t', '    ');
}
