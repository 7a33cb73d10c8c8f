import { parseArgs } from 'node:util';
import { UserError } from '../../model/errors.ts';
import { readAppConfig } from '../config.ts';
import { diagnose, silentProcesses } from '../flink/diagnose.ts';
import type { ClusterFacts, DaemonFacts } from '../flink/facts.ts';
import { DOC_ANCHORS, findingText } from '../flink/finding.ts';
import { type Get, readCluster, readThreads } from '../flink/read-cluster.ts';
import { readDaemon } from '../flink/read-daemon.ts';
import { VERSION } from '../version.ts';
import { createDaemonClient } from './daemon-client.ts';
import { daemonAddress } from './doctor-daemon.ts';

const FLINK_ANSWER_MS = 15_000;

/**
 * `tidewatch doctor --flink REST_URL`: what of a Flink cluster's telemetry is installed and arrives, step by step. Exit 1 when something
 * is missing, 2 when the cluster does not answer at all.
 */
export async function doctorFlink(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      flink: { type: 'string' },
      config: { type: 'string' },
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const get = flinkGetter(values.flink ?? '');
  const address = values.url ?? daemonAddress(readAppConfig(values.config ?? null, env).http);
  const cluster = await clusterFacts(get, values.flink ?? '');
  const { daemon, error } = await daemonFacts(address, cluster);
  const threads = await readThreads(get, silentProcesses(cluster, daemon));
  const findings = diagnose({ cluster, daemon, daemonError: error, threads, jarVersion: VERSION });
  if (values.json) {
    const answer = findings.map(f => ({ ...f, ok: f.state === 'ok', doc: `docs/FLINK.md#${DOC_ANCHORS[f.step]}` }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  } else process.stdout.write(findings.map(findingText).join(''));
  return findings.some(f => f.state === 'bad') ? 1 : 0;
}

/** A GET of the REST API; what the cluster itself cannot answer (a TaskManager that has just gone) is null. */
function flinkGetter(rest: string): Get {
  if (!/^https?:\/\//.test(rest) || !URL.canParse(rest))
    throw new UserError('bad-request', 'doctor --flink needs the address of a JobManager: --flink http://host:8081');
  const base = rest.replace(/\/$/, '');
  return async path => {
    const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(FLINK_ANSWER_MS) });
    return response.ok ? response.json() : response.text().then(() => null);
  };
}

async function clusterFacts(get: Get, rest: string): Promise<ClusterFacts> {
  try {
    return await readCluster(get);
  } catch (error) {
    // fetch itself only says "fetch failed".
    const { message, cause } = error as Error;
    const isNoJson = error instanceof SyntaxError;
    const reason = isNoJson
      ? 'what answers there is not a Flink JobManager'
      : cause instanceof Error
        ? cause.message
        : message;
    throw new UserError('bad-request', `Flink at ${rest} cannot be asked: ${reason}`, { cause: error });
  }
}

async function daemonFacts(
  address: string,
  cluster: ClusterFacts,
): Promise<{ daemon: DaemonFacts | null; error: string }> {
  try {
    return { daemon: await readDaemon(createDaemonClient(address, { maxWaits: 0 }), cluster), error: '' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { daemon: null, error: error.message };
  }
}
