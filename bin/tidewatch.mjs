#!/usr/bin/env node
// Checks the Node version before anything that needs it is loaded, and hands over to a newer Node where the platform package
// brought one. Plain JavaScript on purpose: an old Node must be able to read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const WANTED = 24;
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '..', 'app', 'cli.ts');
const built = join(here, '..', 'dist', 'app', 'cli.js');
// A checkout runs its sources, built or not; a published package has only dist/, since Node strips no types below node_modules.
const entry = existsSync(source) ? source : built;

function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let dir = join(here, '..'); ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', '.bin', name);
    if (existsSync(candidate)) return candidate;
    if (dir === dirname(dir)) return null;
  }
}

if (Number(process.versions.node.split('.')[0]) >= WANTED) {
  await import(pathToFileURL(entry).href);
} else {
  const node = process.env.TIDEWATCH_REEXEC ? null : findNode();
  if (node === null) {
    process.stderr.write(
      `tidewatch needs Node ${WANTED} or newer; this is ${process.versions.node}. Install Node ${WANTED}, or run "npm ci" here: it brings one.\n`,
    );
    process.exit(2);
  }
  const child = spawn(node, [entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, TIDEWATCH_REEXEC: '1' },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
