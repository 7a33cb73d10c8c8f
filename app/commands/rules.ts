import { parseArgs } from 'node:util';
import { UserError } from '../../model/errors.ts';
import { DEFAULT_URL } from './daemon-client.ts';

/** `tidewatch rules test|replay|import-prometheus …`. Throws `UserError` for a wrong use (exit 2). */
export async function rules([sub, ...args]: readonly string[], now: number): Promise<number> {
  switch (sub) {
    case 'test': {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { json: { type: 'boolean', default: false } },
      });
      if (positionals.length === 0) throw new UserError('bad-request', 'rules test needs a FILE of tests');
      return (await import('./rules-test.ts')).rulesTest(positionals, values);
    }
    case 'replay': {
      const { values } = parseArgs({
        args: [...args],
        options: {
          rule: { type: 'string' },
          from: { type: 'string' },
          to: { type: 'string', default: 'now' },
          'as-of': { type: 'string', default: 'ideal' },
          url: { type: 'string', default: DEFAULT_URL },
          json: { type: 'boolean', default: false },
        },
      });
      const { rule, from, to, url, json } = values;
      if (rule === undefined || from === undefined)
        throw new UserError('bad-request', 'rules replay needs --rule NAME|ID|FILE.yaml and --from TIME');
      return (await import('./rules-replay.ts')).rulesReplay({ rule, from, to, asOf: values['as-of'], url, json, now });
    }
    case 'import-prometheus': {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { out: { type: 'string' }, json: { type: 'boolean', default: false } },
      });
      if (positionals.length === 0) throw new UserError('bad-request', 'rules import-prometheus needs a FILE of rules');
      return (await import('./rules-import.ts')).rulesImport(positionals, {
        out: values.out ?? null,
        json: values.json,
      });
    }
    default:
      throw new UserError(
        'bad-request',
        'rules needs "test FILE", "replay --rule … --from …" or "import-prometheus FILE"',
      );
  }
}
