import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from '../model/secret.ts';

/**
 * A secret in a document: plain text, `{env: NAME}` or `{file: PATH}`; becomes a `Secret`. A missing variable or an unreadable
 * file is an issue at the secret's own place.
 */
export const secretField = z
  .union([z.string().min(1), z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
    error: 'expected a text, {env: NAME} or {file: PATH}',
  })
  .transform((value, context) => {
    if (typeof value === 'string') return new Secret(value);
    if ('env' in value) {
      const found = process.env[value.env];
      if (found) return new Secret(found);
      context.addIssue({ code: 'custom', message: `environment variable ${value.env} is not set` });
      return z.NEVER;
    }
    try {
      return new Secret(readFileSync(value.file, 'utf8').replace(/\r?\n$/, ''));
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: `cannot read the secret file ${value.file}: ${(error as Error).message}`,
      });
      return z.NEVER;
    }
  });
