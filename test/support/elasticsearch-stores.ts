/** Runs a store's contract suite on one real Elasticsearch, every test on indices of its own. */
import { after, before } from 'node:test';
import { connectElasticsearch, type Elasticsearch } from '../../store/elasticsearch/client.ts';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';

/** `contract` declares the suite; `open` makes the adapter under test. */
export function onElasticsearch<S extends { close(): Promise<void> }>(
  contract: (name: string, make: () => Promise<{ store: S; done(): Promise<void> }>) => void,
  open: (es: Elasticsearch) => S,
): void {
  let server: TestElasticsearch;
  let made = 0;
  before(async () => {
    server = await startElasticsearch();
  });
  after(() => server?.stop());

  contract('Elasticsearch', async () => {
    const prefix = `t${++made}`;
    const es = connectElasticsearch({ node: server.node, indexPrefix: prefix, refreshIntervalMs: 5000 });
    const store = open(es);
    return {
      store,
      async done() {
        await store.close();
        await es.request({ method: 'DELETE', path: `/${prefix}-*` });
        await es.close();
      },
    };
  });
}
