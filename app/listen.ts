import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { UserError } from '../model/errors.ts';
import type { AppConfig } from './config.ts';

/** Opens the configured port; resolves with the base URL. Throws `UserError` when the port is taken. */
export async function listen(server: FastifyInstance, { http: { host, port } }: AppConfig): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new UserError(
      'bad-request',
      taken ? `port ${port} on ${host} is taken; set http.port` : (error as Error).message,
      { cause: error },
    );
  }
  const { address, port: real } = server.server.address() as AddressInfo;
  const shown = address.includes(':') ? `[${address}]` : address;
  return `http://${shown === '0.0.0.0' || shown === '[::]' ? '127.0.0.1' : shown}:${real}`;
}
