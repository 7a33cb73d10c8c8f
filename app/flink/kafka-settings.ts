/** The daemon's own Kafka settings as those of the producers inside Flink. */
import { z } from 'zod';
import { loadConfig } from '../../config/load.ts';
import { sharedConfig } from '../../config/schema.ts';
import { secretReference } from '../../config/secret.ts';
import { tlsReferences } from '../../config/tls.ts';
import { UserError } from '../../model/errors.ts';
import type { SecretReference, TelemetryKafka } from './target.ts';

/** The variable a password is expected in when the configuration does not name one. */
const PASSWORD_VARIABLE = 'KAFKA_TELEMETRY_PASSWORD';

const ownKafka = sharedConfig.shape.kafka.unwrap();
const ownSasl = ownKafka.shape.sasl.unwrap();

/** Nothing secret is read: only where it comes from matters here, so the command works where neither secrets nor certificates are. */
const passwordReference = secretReference.transform(value =>
  typeof value === 'object' && 'env' in value ? value.env : null,
);

/** The part of a configuration that concerns Flink; the rest is `check-config`'s business. */
const flinkPart = z.looseObject({
  kafka: ownKafka
    .extend({ sasl: ownSasl.extend({ password: passwordReference }).optional(), tls: tlsReferences.optional() })
    .optional(),
});
type OwnKafka = NonNullable<z.infer<typeof flinkPart>['kafka']>;

/** Mechanism of the configuration -> Kafka's name and login module. */
const MECHANISMS = {
  plain: ['PLAIN', 'org.apache.kafka.common.security.plain.PlainLoginModule'],
  'scram-sha-256': ['SCRAM-SHA-256', 'org.apache.kafka.common.security.scram.ScramLoginModule'],
  'scram-sha-512': ['SCRAM-SHA-512', 'org.apache.kafka.common.security.scram.ScramLoginModule'],
} as const satisfies Record<NonNullable<OwnKafka['sasl']>['mechanism'], readonly [string, string]>;

const CA_FILE = '/etc/tidewatch/kafka-ca.pem';
const KEY_FILE = '/etc/tidewatch/kafka-client.pem';

/** Reads what Flink's producers need from the daemon's configuration; `brokers` and `passwordFile` of the command line come first. */
export function readTelemetryKafka(options: {
  file: string | null;
  env: NodeJS.ProcessEnv;
  brokers: string | null;
  passwordFile: string | null;
}): TelemetryKafka {
  const { kafka } = loadConfig(flinkPart, options.file, { env: options.env });
  const bootstrapServers = options.brokers ?? kafka?.brokers.join(',');
  if (!bootstrapServers) {
    throw new UserError(
      'bad-request',
      'say which Kafka takes the telemetry: --brokers h:9092, or --config FILE with kafka.brokers',
    );
  }
  const sasl = kafka?.sasl;
  const secret = sasl ? secretOf(sasl.password, options.passwordFile) : null;
  return {
    topics: kafka?.topics ?? ownKafka.shape.topics.parse(undefined),
    bootstrapServers,
    producer: { ...security(kafka), ...(sasl && secret ? login(sasl, secret) : {}), ...tlsFiles(kafka?.tls) },
    secret,
    remarks: remarksOf(kafka, secret),
  };
}

function secretOf(variable: string | null, file: string | null): SecretReference {
  return file === null ? { env: variable ?? PASSWORD_VARIABLE } : { file };
}

function security(kafka: OwnKafka | undefined): Record<string, string> {
  const protocol = `${kafka?.sasl ? 'SASL_' : ''}${kafka?.tls ? 'SSL' : 'PLAINTEXT'}`;
  return protocol === 'PLAINTEXT' ? {} : { 'security.protocol': protocol };
}

/** Kafka's config providers put the password in its place inside the process, so no file of ours ever holds it. */
function login(sasl: NonNullable<OwnKafka['sasl']>, secret: SecretReference): Record<string, string> {
  const [mechanism, module] = MECHANISMS[sasl.mechanism];
  const [provider, className, reference] =
    'env' in secret
      ? ['env', 'EnvVarConfigProvider', `\${env:${secret.env}}`]
      : ['file', 'FileConfigProvider', `\${file:${secret.file}:password}`];
  const user = sasl.username.replace(/["\\]/g, '\\$&');
  return {
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `${module} required username="${user}" password="${reference}";`,
    'config.providers': provider,
    [`config.providers.${provider}.class`]: `org.apache.kafka.common.config.provider.${className}`,
  };
}

function tlsFiles(tls: OwnKafka['tls']): Record<string, string> {
  if (typeof tls !== 'object') return {};
  return {
    ...(tls.ca === undefined ? {} : { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': CA_FILE }),
    ...(tls.cert === undefined ? {} : { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': KEY_FILE }),
  };
}

function remarksOf(kafka: OwnKafka | undefined, secret: SecretReference | null): string[] {
  const remarks: string[] = [];
  if (secret && 'env' in secret)
    remarks.push(`Every Flink process and the client need the Kafka password in the variable ${secret.env}.`);
  if (secret && 'file' in secret)
    remarks.push(
      `${secret.file} must be on every Flink host and the client, with the line password=… in it, readable by Flink's user only.`,
    );
  if (typeof kafka?.tls !== 'object') return remarks;
  if (kafka.tls.ca !== undefined)
    remarks.push(`Put the certificate authority of kafka.tls.ca into ${CA_FILE} on every Flink host (PEM).`);
  if (kafka.tls.cert !== undefined)
    remarks.push(
      `Put the client's private key (PKCS #8) and certificate chain, PEM one after the other, into ${KEY_FILE} on every Flink host.`,
    );
  if (!kafka.tls.reject_unauthorized)
    remarks.push(
      "kafka.tls.reject_unauthorized: false has no counterpart in Kafka's Java client: give it the certificate authority.",
    );
  return remarks;
}
