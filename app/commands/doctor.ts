import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createKafka } from '../../collector/kafka/client.ts';
import { kafkaFault } from '../../collector/kafka/fault.ts';
import { readTimestampTypes } from '../../collector/kafka/timestamp-type.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { connectElasticsearch } from '../../store/elasticsearch/client.ts';
import { kafkaConnection } from '../collect.ts';
import { type AppConfig, readAppConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { elasticsearchOptions } from '../stores.ts';
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
    ...(config.elasticsearch ? [await elasticsearch(config.elasticsearch)] : [dataDir(config.data_dir)]),
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

/** Asks it as the daemon does, with login and TLS. */
async function elasticsearch(settings: NonNullable<AppConfig['elasticsearch']>): Promise<Finding> {
  const options = elasticsearchOptions(settings);
  const es = connectElasticsearch(options);
  const name = 'elasticsearch';
  try {
    const { body } = await es.request<{ version?: { number?: string } } | null>(
      { method: 'GET', path: '/' },
      AbortSignal.timeout(5000),
    );
    const number = body?.version?.number ?? '';
    if (!number.startsWith('8.'))
      return { name, ok: false, detail: `${options.node} is version ${number || 'unknown'}; 8.x is needed` };
    await es.ping(AbortSignal.timeout(5000));
    return { name, ok: true, detail: `${options.node} answers, version ${number}` };
  } catch (error) {
    const { message } = error as Error;
    // a timeout names neither
    const detail = error instanceof StoreAwayError ? message : `${options.node} does not answer: ${message}`;
    return { name, ok: false, detail };
  } finally {
    await es.close();
  }
}

async function kafka(config: AppConfig): Promise<Finding[]> {
  const { kafka: settings } = config;
  if (!settings) return [];
  const topics = Object.values(settings.topics);
  const connection = kafkaConnection(settings);
  try {
    const types = await readTimestampTypes(createKafka(connection, createLogger('silent')), topics);
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
    return [{ name: 'kafka', ok: false, detail: (await kafkaFault(error, connection)).text }];
  }
}
