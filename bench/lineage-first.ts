/** A fresh process' first lineage: prints the milliseconds it took once everything was loaded, and the process' memory, as JSON. */
import { performance } from 'node:perf_hooks';
import { parseScript } from '../lineage/sql/lineage.ts';
import { QUERIES, SCHEMAS } from './support/lineage-queries.ts';

const start = performance.now();
parseScript({ sql: QUERIES[2]!, schemas: SCHEMAS });
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, rssMb: process.memoryUsage().rss / 1e6 }));
