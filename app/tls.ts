import type { ConnectionOptions } from 'node:tls';
import type { Tls } from '../config/tls.ts';

/** The settings as Node wants them. Files are read whenever a property is: clients that keep the object take over what was rotated. */
export function tlsOptions({ ca, cert, key, key_password: password, reject_unauthorized }: Tls): ConnectionOptions {
  return {
    rejectUnauthorized: reject_unauthorized,
    get ca() {
      return ca?.reveal();
    },
    get cert() {
      return cert?.reveal();
    },
    get key() {
      return key?.reveal();
    },
    get passphrase() {
      return password?.reveal();
    },
  };
}
