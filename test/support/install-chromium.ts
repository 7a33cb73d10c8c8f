import { spawnSync } from 'node:child_process';
import { findChromium } from './browser.ts';

/**
 * Makes sure that a Chromium is there: on Debian as root it is installed by apt, elsewhere the missing package is named. Throws when
 * there is none in the end.
 */
export function ensureChromium(): void {
  if (findChromium() !== null) return;
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk']]) {
      spawnSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    }
  }
  if (findChromium() === null) {
    throw new Error(
      'the browser tests need Chromium: install the Debian packages chromium and fonts-noto-cjk, or set CHROMIUM to its path',
    );
  }
}
