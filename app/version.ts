import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest package.json above this file: the checkout's, or the published package's. */
function packageDir(): string {
  for (let dir = import.meta.dirname; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json')) || dir === dirname(dir)) return dir;
  }
}

const PACKAGE_DIR = packageDir();

/** Version of the package. */
export const VERSION = (JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8')) as { version: string })
  .version;

/** Where Vite puts the UI. */
export const UI_DIR = join(PACKAGE_DIR, 'web', 'ui', 'dist');
