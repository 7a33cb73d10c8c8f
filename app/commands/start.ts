import type { Logger } from 'pino';
import { UserError } from '../../model/errors.ts';
import { App, type AppOptions } from '../app.ts';
import { type AppConfig, readAppConfig } from '../config.ts';
import { createLogger } from '../logger.ts';

/** `tidewatch start`: runs until SIGTERM or SIGINT, reloads on SIGHUP. Resolves with the exit code. */
export async function start(options: { file: string | null; env: NodeJS.ProcessEnv }): Promise<number> {
  const config = readAppConfig(options.file, options.env);
  const logger = createLogger(config.log.level);
  return runApp(config, { logger }, () => readAppConfig(options.file, options.env));
}

/** Runs an app to its end. `read` reads the configuration anew for a reload; `meanwhile` runs beside it and is aborted at the end. */
export async function runApp(
  config: AppConfig,
  options: AppOptions,
  read: () => AppConfig,
  meanwhile?: (app: App, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const { logger } = options;
  const app = new App(config, options);
  const ended = Promise.withResolvers<void>();
  const stop = new AbortController();
  const onSignal = (): void => ended.resolve();
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', () => void reload(app, read, logger));
  try {
    await app.start();
  } catch (error) {
    await app.stop().catch(() => undefined);
    throw error;
  }
  void app.lost.then(() =>
    ended.reject(new UserError('standby', 'another daemon has taken over the data; start this one again to stand by')),
  );
  const beside = meanwhile?.(app, stop.signal).catch(error => {
    if (!stop.signal.aborted) {
      logger.error({ err: error }, 'stopped by an error');
      ended.reject(error);
    }
  });
  try {
    await ended.promise;
  } finally {
    stop.abort(new Error('stopping'));
    await beside;
    await app.stop().catch(error => logger.error({ err: error }, 'stopped with errors'));
  }
  logger.info('stopped');
  return 0;
}

async function reload(app: App, read: () => AppConfig, logger: Logger): Promise<void> {
  try {
    await app.reload(read());
    app.noteReload(true);
    logger.info('configuration reloaded');
  } catch (error) {
    app.noteReload(false);
    logger.error({ err: error }, 'the configuration cannot be taken over; the old one goes on');
  }
}
