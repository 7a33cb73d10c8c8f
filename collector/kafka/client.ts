/** The Kafka client as the daemon uses it: codecs, log levels, one warning filtered. kafkajs stays behind this folder. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import snappy from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';
import type { Logger } from 'pino';

/** How to reach the brokers; kafkajs reads password and certificates from these objects for every connection. */
export interface KafkaConnection extends Pick<KafkaConfig, 'brokers' | 'clientId' | 'sasl' | 'ssl'> {
  /** Where in the configuration it stands, for messages: `kafka`, `clusters.data-1`. */
  readonly place?: string;
}

const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify(zstdDecompress);
let prepared = false;

/** A client whose own retries are short: the sources try again for as long as they run, and say so. */
export function createKafka(connection: KafkaConnection, log: Logger): Kafka {
  prepareOnce();
  return new kafkajs.Kafka({
    ...connection,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 200, maxRetryTime: 2000, retries: 3, restartOnFailure: async () => false },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => entry => write(entry, log),
  });
}

/**
 * kafkajs calls every broker answer that is not success an ERROR, rebalances and leader changes included. What it retries by
 * itself is detail; what ends a session is reported by the session.
 */
function write({ namespace, level, log: fields }: LogEntry, log: Logger): void {
  const { message, ...rest } = fields;
  const isError = level === kafkajs.logLevel.ERROR && fields['retriable'] !== true;
  const isRoutine = /rebalanc|re-joining|coordinator|leader|Connection error|Connection timeout|Crash|Restarting/i.test(
    message,
  );
  log[isError && !isRoutine ? 'warn' : 'debug']({ ...rest, namespace, text: message }, 'kafka client');
}

function prepareOnce(): void {
  if (prepared) return;
  prepared = true;
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: (encoder: { buffer: Buffer }) => compressFrame(encoder.buffer),
    decompress: (buffer: Buffer) => decompressFrame(buffer),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }) => compressZstd(encoder.buffer),
    decompress: (buffer: Buffer) => decompressZstd(buffer),
  });
  dropNegativeTimeoutWarning();
}

/** kafkajs 2.2.4 sets timers from dates already past, which Node 24 warns about on every connection. */
function dropNegativeTimeoutWarning(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (rest[0] === 'TimeoutNegativeWarning') return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
}
