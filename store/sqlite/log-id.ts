/**
 * Row ids of log lines. An id says when a line was and how grave it is, so that the full-text index alone answers ranges,
 * counts and histograms:
 *
 *     id = bucket * 2^23 + slot * 2^3 + level      bucket = 250 ms of event time since the file's day began (may be negative)
 *
 * Slots number the lines of a bucket as they arrive; within a bucket the exact order is that of `ms`, topic, partition, offset.
 * Neighbouring ids differ little, which keeps the postings of the index short.
 */
import { LOG_LEVELS } from '../../model/log-record.ts';

export const DAY_MS = 86_400_000;
/** Divides a second, so that buckets fit every histogram people ask for. */
export const BUCKET_MS = 250;
/** Lines one bucket of one file can hold; more are refused. */
export const SLOTS = 2 ** 20;
const LEVELS = 8;
const IDS_PER_BUCKET = SLOTS * LEVELS;
/** Ids stay exact in a double: about eight years on both sides of the file's day. */
const MAX_BUCKET = 2 ** 53 / IDS_PER_BUCKET - 1;

/** UTC day number a record belongs to. */
export function dayOf(recordTs: number): number {
  return Math.floor(recordTs / DAY_MS);
}

/** Bucket of an event time in the file of `day`; null when the two are too far apart for an id. */
export function bucketOf(ts: number, day: number): number | null {
  const bucket = Math.floor((ts - day * DAY_MS) / BUCKET_MS);
  return Math.abs(bucket) <= MAX_BUCKET ? bucket : null;
}

/** As `bucketOf`, clamped: for the ends of ranges. */
export function clampedBucketOf(ts: number, day: number): number {
  const bucket = Math.floor((ts - day * DAY_MS) / BUCKET_MS);
  return Math.max(-MAX_BUCKET, Math.min(MAX_BUCKET, bucket));
}

export function bucketStart(bucket: number, day: number): number {
  return day * DAY_MS + bucket * BUCKET_MS;
}

/** The lowest id of a bucket; that of the next bucket is the bound behind the last. */
export function firstIdOf(bucket: number): number {
  return bucket * IDS_PER_BUCKET;
}

export function lineId(bucket: number, slot: number, level: number): number {
  return bucket * IDS_PER_BUCKET + slot * LEVELS + level;
}

export function bucketOfId(id: number): number {
  return Math.floor(id / IDS_PER_BUCKET);
}

export function slotOfId(id: number): number {
  return Math.floor((id - bucketOfId(id) * IDS_PER_BUCKET) / LEVELS);
}

export function levelOfId(id: number): number {
  return id - Math.floor(id / LEVELS) * LEVELS;
}

/** SQL for the bucket of an id column; shifts and masks are exact for negative ids too. */
export function bucketSql(id: string): string {
  return `(${id} >> ${Math.log2(IDS_PER_BUCKET)})`;
}

/** SQL for the level number of an id column. */
export function levelSql(id: string): string {
  return `(${id} & ${LEVELS - 1})`;
}

/** Number of the ordinary level: it has no key in the index, being on most lines. */
export const INFO_LEVEL = LOG_LEVELS.indexOf('INFO');
