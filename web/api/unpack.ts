import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../../model/errors.ts';

const gunzipAsync = promisify(gunzip);

/** A request body without its content encoding, at most `limit` bytes. Throws `UserError` 400, 413 or 415. */
export async function unpack(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') {
    throw new UserError('bad-request', `content-encoding ${encoding} is not supported; send gzip or nothing`, {
      status: 415,
    });
  }
  try {
    return await gunzipAsync(body, { maxOutputLength: limit });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const size = `${limit / 1024 / 1024} MiB`;
    if (tooLarge) throw new UserError('too-large', `the unpacked body is larger than ${size}`, { status: 413 });
    throw new UserError('bad-request', `the body is not valid gzip: ${(error as Error).message}`, { status: 400 });
  }
}
