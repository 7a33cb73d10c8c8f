/** Matchers as documents (`{label: "v"}`, `{label: {op, value}}`) and as query text (`label=v`, `label!=v`, `label=~re`, `label!~re`). */
import { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import { compileMatchers, type Matcher } from '../../model/labels.ts';

export const matchersField = z.record(
  z.string(),
  z.union([z.string(), z.strictObject({ op: z.enum(['=', '!=', '=~', '!~']), value: z.string() })]),
);

/** Document form to matchers. */
export function toMatchers(document: z.output<typeof matchersField>): Matcher[] {
  const matchers = Object.entries(document).map(([label, m]) =>
    typeof m === 'string' ? { label, op: '=' as const, value: m } : { label, op: m.op, value: m.value },
  );
  return checked(matchers);
}

/** Query-string form to matchers. */
export function parseMatcherText(texts: readonly string[]): Matcher[] {
  const matchers = texts.map(text => {
    const match = /^([^=!~]+)(!=|=~|!~|=)(.*)$/s.exec(text);
    const [, label, op, value] = match ?? [];
    if (label === undefined || op === undefined || value === undefined) {
      throw new UserError('bad-request', `matcher "${text}" is not label=value`, {
        issues: [{ path: 'matcher', message: 'write label=value, label!=value, label=~regex or label!~regex' }],
      });
    }
    return { label: label.trim(), op: op as Matcher['op'], value };
  });
  return checked(matchers);
}

function checked(matchers: Matcher[]): Matcher[] {
  for (const matcher of matchers) {
    try {
      compileMatchers([matcher]);
    } catch (error) {
      throw new UserError('bad-request', `matcher of ${matcher.label}: ${(error as Error).message}`, {
        issues: [{ path: `matchers.${matcher.label}`, message: (error as Error).message }],
      });
    }
  }
  return matchers;
}
