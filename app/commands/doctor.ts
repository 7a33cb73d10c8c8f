import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createKafka } from '../../collector/kafka/client.ts';
import { readTimestampTypes } from '../../collector/kafka/timestamp-type.ts';
import { kafkaConnection } from '../collect.ts';
import { type AppConfig, readAppConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { checkClusters } from './doctor-clusters.ts';
import { checkDaemon } from './doctor-daemon.ts';

/** One thing looked at; `detail` names the remedy when it is not as it should be. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `tidewatch doctor`: what this machine, the brokers and the stores are like, and the remedy for what is wrong. Exit 1 with findings. */
export async function doctor(options: { file: string | null; env: NodeJS.ProcessEnv; json: boolean }): Promise<number> {
  const config = readAppConfig(options.file, options.env);
  const findings = [
    { name: 'node', ok: Number(process.versions.node.split('.')[0]) >= 24, detail: process.versions.node },
    ...(await daemonOrPort(config)),
    ...(config.elasticsearch ? [await elasticsearch(config.elasticsearch.node)] : [dataDir(config.data_dir)]),
    ...(config.kafka ? await kafka(config) : []),
    ...(await checkClusters(config)),
  ];
  if (options.json) process.stdout.write(`${JSON.stringify(findings)}\n`);
  else for (const f of findings) process.stdout.write(`${f.ok ? 'ok  ' : 'BAD '} ${f.name}: ${f.detail}\n`);
  return findings.every(f => f.ok) ? 0 : 1;
}

/** Either our daemon answers at the address, and then how far it is behind counts too, or the port must be free. */
async function daemonOrPort({ http }: AppConfig): Promise<readonly Finding[]> {
  const name = `http ${http.host}:${http.port}`;
  try {
    const response = await fetch(`http://${http.host}:${http.port}/readyz`, { signal: AbortSignal.timeout(3000) });
    const { checks } = (await response.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
    const bad = checks.filter(c => !c.ok).map(c => `${c.name} (${c.detail})`);
    const detail = bad.length === 0 ? 'the daemon runs and is ready' : `the daemon runs; not ready: ${bad.join(', ')}`;
    return [{ name, ok: bad.length === 0, detail }, ...(await checkDaemon(http))];
  } catch {
    const free = await new Promise<boolean>(resolve => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(http.port, http.host, () => probe.close(() => resolve(true)));
    });
    return [{ name, ok: free, detail: free ? 'free; no daemon runs here' : 'taken by another program; set http.port' }];
  }
}

function dataDir(dir: string): Finding {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK);
    const { bavail, bsize } = statfsSync(dir);
    const gib = (bavail * bsize) / 2 ** 30;
    return {
      name: 'data_dir',
      ok: gib > 1,
      detail: `${dir}, ${gib.toFixed(1)} GiB free${gib > 1 ? '' : '; at least 1 GiB is needed'}`,
    };
  } catch (error) {
    return { name: 'data_dir', ok: false, detail: `${dir} cannot be written: ${(error as Error).message}` };
  }
}

async function elasticsearch(node: string): Promise<Finding> {
  try {
    const response = await fetch(node, { signal: AbortSignal.timeout(5000) });
    const { version } = (await response.json()) as { version?: { number?: string } };
    const number = version?.number ?? '';
    const ok = number.startsWith('8.') || response.status === 401;
    return {
      name: 'elasticsearch',
      ok,
      detail: ok
        ? `${node} answers, version ${number || 'unknown (needs a login)'}`
        : `${node} is version ${number}; 8.x is needed`,
    };
  } catch (error) {
    // fetch itself only says "fetch failed".
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    return { name: 'elasticsearch', ok: false, detail: `${node} does not answer: ${reason}` };
  }
}

async function kafka(config: AppConfig): Promise<Finding[]> {
  const { kafka: settings } = config;
  if (!settings) return [];
  const topics = Object.values(settings.topics);
  try {
    const types = await readTimestampTypes(createKafka(kafkaConnection(settings), createLogger('silent')), topics);
    return topics.map(topic => {
      const type = types.get(topic) ?? null;
      const wantsAppend = topic === settings.topics.logs || topic === settings.topics.metrics;
      if (type === null)
        return { name: `topic ${topic}`, ok: false, detail: 'does not exist; create it, the daemon waits for it' };
      const ok = type === 'LogAppendTime' || !wantsAppend;
      return {
        name: `topic ${topic}`,
        ok,
        detail: ok
          ? type
          : `${type}; set message.timestamp.type=LogAppendTime, so that retention follows the broker's clock`,
      };
    });
  } catch (error) {
    return [
      {
        name: 'kafka',
        ok: false,
        detail: `${settings.brokers.join(', ')} does not answer: ${(error as Error).message}`,
      },
    ];
  }
}
