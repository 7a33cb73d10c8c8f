import { Agent, request } from 'node:http';
import { decodeLog } from '../../collector/decode/log.ts';
import { Rejected } from '../../collector/decode/rejected.ts';
import { createRedactor } from '../../collector/redact.ts';
import { BulkBody } from '../../store/elasticsearch/bulk-body.ts';
import { writeCreate } from '../../store/elasticsearch/log-document.ts';
import { type LineTimes, wireLine } from './wire-lines.ts';

const PER_BULK = 2000;
const IN_FLIGHT = 3;

/**
 * The bulks a plain script would send: the very documents the daemon makes, serialised beforehand, so that sending them again and
 * again costs next to nothing.
 */
export function bareBulks(index: string, times: LineTimes): Buffer[] {
  const decoding = { retentionMs: 86_400_000, redactor: createRedactor(), wantRaw: true, onCut: () => undefined };
  const bulks: Buffer[] = [];
  for (let from = 0; from < times.count; from += PER_BULK) {
    const body = new BulkBody();
    for (let i = from; i < Math.min(times.count, from + PER_BULK); i++) {
      const raw = wireLine(i, times);
      const decoded = decodeLog(raw, times.end, decoding);
      if (decoded instanceof Rejected) throw new Error(decoded.reason);
      const position = { epoch: '1', topic: 'bare', partition: i % 8, offset: Math.floor(i / 8) };
      const row = { position, recordTs: times.end, record: decoded.record, raw };
      writeCreate(body, index, row, times.end, false);
    }
    bulks.push(body.bytes());
  }
  return bulks;
}

/** Sends all bulks as fast as Elasticsearch takes them; throws when one is not taken whole. */
export async function loadBare(node: string, bulks: readonly Buffer[]): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const waiting = [...bulks];
  const send = async (): Promise<void> => {
    for (let bulk = waiting.shift(); bulk !== undefined; bulk = waiting.shift()) {
      const answer = await post(`${node}/_bulk?filter_path=errors`, bulk, agent);
      if (answer !== '{"errors":false}') throw new Error(`Elasticsearch answers ${answer.slice(0, 500)}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  agent.destroy();
}

function post(url: string, body: Buffer, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
