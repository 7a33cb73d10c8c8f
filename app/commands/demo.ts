import { join } from 'node:path';
import { startInbox } from '../../demo/inbox.ts';
import { runDemo } from '../../demo/main.ts';
import { systemClock } from '../../model/clock.ts';
import { type AppConfig, readAppConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { runApp } from './start.ts';

const DIGEST_AFTER_MS = 3 * 60_000;

/** `tidewatch demo`: the embedded daemon with a simulated estate and an inbox, on a data folder of its own. */
export async function demo(options: { file: string | null; env: NodeJS.ProcessEnv }): Promise<number> {
  const digest = digestSoon(systemClock.now());
  const read = () => {
    const config = readAppConfig(options.file, { TIDEWATCH_LOG__LEVEL: 'warn', ...options.env });
    const alone = { data_dir: join(config.data_dir, 'demo'), kafka: undefined, elasticsearch: undefined };
    return { ...config, ...alone, digest: config.digest ?? digest };
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

/** The daily digest, told every ten minutes and for the first time three minutes from now: a visitor does not stay until tomorrow. */
function digestSoon(now: number): NonNullable<AppConfig['digest']> {
  const minute = new Date(now + DIGEST_AFTER_MS).getUTCMinutes() % 10;
  return { schedule: `${minute}-59/10 * * * *`, zone: 'Asia/Shanghai', receivers: ['dw-mail', 'dw-dingtalk'] };
}
