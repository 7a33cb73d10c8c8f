/** `tidewatch doctor --flink` on a cluster where nothing of ours is installed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { installFlink } from '../servers/flink.ts';
import { scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { FlinkRest } from '../support/flink-rest.ts';
import { until } from '../support/until.ts';

const CLI = join(import.meta.dirname, '../../app/cli.ts');

test('doctor names what a bare cluster lacks, and how to install it', { timeout: 240_000 }, async t => {
  const flink = await installFlink('2.3.0');
  t.after(() => flink.close());
  const daemon = await startDaemon(writeConfig(scratchDir(), 'daemon', { http: { port: 0 }, data_dir: 'data' }));
  t.after(() => daemon.stop());
  await flink.startJobManager();
  await flink.startTaskManager();
  const rest = new FlinkRest(flink.rest);
  await until('the TaskManager is registered', async () => (await rest.taskManagers().catch(() => 0)) === 1);

  const { code, stdout } = await doctor('--flink', flink.rest, '--url', daemon.url);

  assert.equal(code, 1, stdout);
  assert.match(stdout, /^ok {3}version: .*2\.3\.0/m);
  for (const step of ['jars', 'metrics', 'logs', 'lineage'])
    assert.match(
      stdout,
      new RegExp(`^BAD  ${step}: .*\\n {7}-> .*docs/FLINK\\.md#`, 'm'),
      `${step} is named with its remedy`,
    );
});

function doctor(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise(resolve => {
    execFile(process.execPath, [CLI, 'doctor', ...args], (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), stdout });
    });
  });
}
