import { hideSecrets } from '../../alerting/notify/channel-document.ts';
import { reporters } from '../../reporters/index.ts';
import { readAppConfig } from '../config.ts';

/** `tidewatch check-config`: the very code `start` runs. Prints what will be used, secrets hidden. */
export function checkConfig(options: { file: string | null; env: NodeJS.ProcessEnv; json: boolean }): number {
  const config = readAppConfig(options.file, options.env);
  const { fileRules, ...rest } = config;
  if (options.json) {
    // Channel documents stay as written until their channel is opened; everything else holds its secrets as `Secret`.
    const shown = { ...rest, channels: config.channels.map(channel => hideSecrets(channel, reporters)) };
    process.stdout.write(`${JSON.stringify({ ok: true, config: shown, rules: fileRules.length })}\n`);
  } else {
    const mode = config.elasticsearch
      ? `Elasticsearch at ${config.elasticsearch.node}`
      : `SQLite in ${config.data_dir}`;
    const intake = config.kafka ? `Kafka at ${config.kafka.brokers.join(', ')} and HTTP` : 'HTTP';
    process.stdout.write(
      `ok: ${mode}; intake by ${intake}; ${fileRules.length} rules from files; ${config.channels.length} channels\n`,
    );
  }
  return 0;
}
