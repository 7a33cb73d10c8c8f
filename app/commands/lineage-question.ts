import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { toDot } from '../../lineage/formats/dot.ts';
import { toMermaid } from '../../lineage/formats/mermaid.ts';
import { toOpenLineage } from '../../lineage/formats/openlineage.ts';
import type { GraphAnswer } from '../../lineage/graph/answers.ts';
import { UserError } from '../../model/errors.ts';
import { VERSION } from '../version.ts';
import { createDaemonClient } from './daemon-client.ts';
import { paintFor } from './paint.ts';

/** Answers that are no graph can be `text` and `json` only. */
const FORMATS = ['text', 'json', 'dot', 'mermaid', 'openlineage'] as const;
export type Format = (typeof FORMATS)[number];

const COMMON = {
  url: { type: 'string', default: 'http://127.0.0.1:8686' },
  format: { type: 'string', default: 'text' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** A command's own options as text and flags, beside what all questions to the daemon share. */
export function readQuestion<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, usage: string) {
  const parsed = parseArgs({ args: [...args], allowPositionals: true, options: { ...COMMON, ...options } });
  const common = parseArgs({ args: [...args], allowPositionals: true, strict: false, options: COMMON }).values;
  const format = FORMATS.find(known => known === (common.json === true ? 'json' : common.format));
  if (format === undefined)
    throw new UserError('bad-request', `--format ${String(common.format)}: expected ${FORMATS.join(', ')}`);
  return {
    values: parsed.values,
    format,
    paint: paintFor(process.stdout),
    /** The positional arguments, exactly so many. */
    names(count: number): readonly string[] {
      return this.some(count, count);
    },
    /** The positional arguments: all of the least, or all of the most. */
    some(least: number, most: number): readonly string[] {
      const { length } = parsed.positionals;
      if (length !== least && length !== most) throw new UserError('bad-request', `usage: tidewatch lineage ${usage}`);
      return parsed.positionals;
    },
    /** The daemon's answer to a question with parameters; those that are undefined are left out. */
    ask(path: string, query: Readonly<Record<string, string | undefined>>): Promise<unknown> {
      const parameters = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
      const daemon = createDaemonClient(String(common.url), { maxWaits: 0 });
      return daemon.need(parameters.size === 0 ? path : `${path}?${parameters}`);
    },
  };
}

/** A graph in any format but text, as it goes to standard output. */
export function drawn(graph: GraphAnswer, format: Exclude<Format, 'text'>): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(graph)}\n`;
    case 'dot':
      return toDot(graph);
    case 'mermaid':
      return toMermaid(graph);
    case 'openlineage':
      return `${JSON.stringify(toOpenLineage(graph, { producer: `urn:tidewatch:${VERSION}`, ts: Date.now() }), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

/** For answers that are lists. */
export function refuseDrawing(format: Format, what: string): asserts format is 'text' | 'json' {
  if (format !== 'text' && format !== 'json')
    throw new UserError('bad-request', `--format ${format}: ${what} can be text or json`);
}
