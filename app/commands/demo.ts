import { join } from 'node:path';
import { startInbox } from '../../demo/inbox.ts';
import { runDemo } from '../../demo/main.ts';
import { systemClock } from '../../model/clock.ts';
import { readAppConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { runApp } from './start.ts';

/** `tidewatch demo`: the embedded daemon with a simulated estate and an inbox, on a data folder of its own. */
export async function demo(options: { file: string | null; env: NodeJS.ProcessEnv }): Promise<number> {
  const read = () => {
    const config = readAppConfig(options.file, { TIDEWATCH_LOG__LEVEL: 'warn', ...options.env });
    return { ...config, data_dir: join(config.data_dir, 'demo'), kafka: undefined, elasticsearch: undefined };
  };
  const config = read();
  const inbox = await startInbox(systemClock);
  const tell = (text: string): void =>
    void process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
  try {
    return await runApp(
      config,
      { logger: createLogger(config.log.level), inbox: inbox.items },
      read,
      async (app, signal) => {
        tell(`open ${app.address}`);
        const estateFile = join(config.data_dir, 'estate.json');
        await runDemo({ baseUrl: app.address, inbox, clock: systemClock, estateFile, tell }, signal);
      },
    );
  } finally {
    await inbox.close();
  }
}
