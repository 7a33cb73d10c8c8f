import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const folders = new AsyncLocalStorage<string>();

/** Runs `work` with relative paths of the configuration starting from `dir`; elsewhere they start from the working directory. */
export function inFolder<T>(dir: string, work: () => T): T {
  return folders.run(dir, work);
}

/**
 * The existing file a path of the configuration means: below the folder of the configuration file, else below the working directory.
 * `file` is null where there is none; `tried` names every path that was looked at.
 */
export function findFile(path: string): { readonly file: string | null; readonly tried: readonly string[] } {
  const tried = [...new Set([resolve(folders.getStore() ?? '.', path), resolve(path)])];
  return { file: tried.find(candidate => existsSync(candidate)) ?? null, tried };
}

/** The complaint about a file that is at none of these paths. */
export function noFileAmong(tried: readonly string[]): string {
  return `there is no file ${tried.join(', nor ')}`;
}
