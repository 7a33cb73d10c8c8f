import { createHash } from 'node:crypto';

/** Namespace of this daemon's name-based UUIDs, itself random. */
const NAMESPACE = Buffer.from('6f3b2a1c9d4e4f0b8a57c1d2e3f40516', 'hex');

/**
 * The OpenLineage run of a Flink job id: a UUID of version 5 (RFC 9562), so that every daemon and every restart names the run alike.
 * A text that is a UUID already stands for itself.
 */
export function runIdOf(jobId: string): string {
  if (UUID.test(jobId)) return jobId.toLowerCase();
  const hash = createHash('sha1').update(NAMESPACE).update(jobId, 'utf8').digest().subarray(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
