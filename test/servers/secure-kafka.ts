import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type TestCertificate } from './certificates.ts';
import { startKafka, type TestKafka, type TestKafkaOptions } from './kafka.ts';
import { freePorts } from './server-process.ts';

/** Who may log in, by every mechanism the daemon knows; the password has what configuration files quote. */
export const KAFKA_USER = { username: 'tidewatch', password: "pa ss=w#o$rd:42'" } as const;

/** A broker as production has it. Its certificate is for 127.0.0.1, not for `localhost`. */
export interface SecureKafka extends TestKafka {
  /** `host:port` of the listeners beside the plain one: login over TLS, login in the clear, TLS with client certificates. */
  readonly saslSsl: string;
  readonly saslPlaintext: string;
  readonly mutualTls: string;
  /** Files: the authority of the broker and of the clients, and one nobody here is signed by. */
  readonly caFile: string;
  readonly otherCaFile: string;
  /** A client certificate that the broker accepts, as files. */
  readonly client: { readonly certFile: string; readonly keyFile: string };
  /** Folder of these files. */
  readonly files: string;
}

/** Starts it; everything it needs is made on the spot. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const files = mkdtempSync(join(tmpdir(), 'tidewatch-certificates-'));
  process.once('exit', () => rmSync(files, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(files, name), text, { mode: 0o600 });
    return join(files, name);
  };
  const authority = createAuthority('tidewatch test authority');
  const client = authority.issue('tidewatch');
  const caFile = write('ca.pem', authority.ca);
  const stores = {
    key: write('broker.pem', keyAndChain(authority.issue('broker', ['127.0.0.1']))),
    trust: caFile,
  };
  const ports = await freePorts(3);
  const [saslSsl = '', saslPlaintext = '', mutualTls = ''] = ports.map(port => `127.0.0.1:${port}`);
  const server = await startKafka({
    listeners: {
      SECURE: { address: saslSsl, protocol: 'SASL_SSL' },
      CLEAR: { address: saslPlaintext, protocol: 'SASL_PLAINTEXT' },
      MUTUAL: { address: mutualTls, protocol: 'SSL' },
    },
    properties: securitySettings(stores),
    scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(scramUser),
  });
  return Object.assign(server, {
    saslSsl,
    saslPlaintext,
    mutualTls,
    caFile,
    otherCaFile: write('other-ca.pem', createAuthority('another authority').ca),
    client: { certFile: write('client.pem', client.cert), keyFile: write('client.key', client.key) },
    files,
  });
}

/** A PEM key store as Kafka reads it: the private key, then the certificates. */
function keyAndChain({ key, cert }: TestCertificate): string {
  return `${key}${cert}`;
}

function scramUser(mechanism: string): string {
  const { username, password } = KAFKA_USER;
  return `${mechanism}=[name="${username}",password="${password}"]`;
}

function securitySettings(stores: { readonly key: string; readonly trust: string }): TestKafkaOptions['properties'] {
  const settings: Record<string, string> = { 'listener.name.mutual.ssl.client.auth': 'required' };
  for (const listener of ['secure', 'mutual']) {
    const name = `listener.name.${listener}.ssl`;
    settings[`${name}.keystore.type`] = 'PEM';
    settings[`${name}.keystore.location`] = stores.key;
    settings[`${name}.truststore.type`] = 'PEM';
    settings[`${name}.truststore.location`] = stores.trust;
  }
  const { username, password } = KAFKA_USER;
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  for (const listener of ['secure', 'clear']) {
    const name = `listener.name.${listener}`;
    settings[`${name}.sasl.enabled.mechanisms`] = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512';
    settings[`${name}.plain.sasl.jaas.config`] = plain;
    for (const mechanism of ['scram-sha-256', 'scram-sha-512'])
      settings[`${name}.${mechanism}.sasl.jaas.config`] =
        'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  }
  return settings;
}
