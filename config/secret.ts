import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from '../model/secret.ts';
import { findFile, noFileAmong } from './folder.ts';

/** How a secret is written; the same without reading it. */
export const secretReference = z.union(
  [z.string().min(1), z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  { error: 'expected a text, {env: NAME} or {file: PATH}' },
);

/**
 * A secret in a document: plain text, `{env: NAME}` or `{file: PATH}`; becomes a `Secret`. A path is relative to the configuration file. A
 * missing variable or an unreadable file is an issue at the secret's own place.
 */
export const secretField = secretReference.transform((value, context) => {
  try {
    if (typeof value === 'string') return new Secret(value);
    return 'env' in value ? environmentSecret(value.env) : fileSecret(value.file);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** The value of a variable; throws when it is not set or empty. */
export function environmentSecret(name: string): Secret {
  const found = process.env[name];
  if (!found) throw new Error(`environment variable ${name} is not set`);
  return new Secret(found);
}

/**
 * The content of a file without the newline at its end, read anew at every use, so that a rotated secret is taken over where a connection is made
 * again; the last one read stands while the file is away or empty. Throws when it cannot be read now, naming every path tried.
 */
export function fileSecret(path: string): Secret {
  const { file, tried } = findFile(path);
  if (file === null) throw new Error(noFileAmong(tried));
  let last = read(file);
  if (last === '') throw new Error(`the file ${file} is empty`);
  return new Secret(() => {
    try {
      last = read(file) || last;
    } catch {
      // being replaced just now
    }
    return last;
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`cannot read the file ${file}: ${(error as Error).message}`, { cause: error });
  }
}
