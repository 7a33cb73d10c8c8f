/** The LogStore contract on a real Elasticsearch, and what only that adapter promises. */
import { after, before } from 'node:test';
import { connectElasticsearch } from '../../store/elasticsearch/client.ts';
import { openElasticsearchLogStore } from '../../store/elasticsearch/log-store.ts';
import { logStoreContract } from '../contract/log-store.ts';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';

let server: TestElasticsearch;
let prefix = 0;
before(async () => {
  server = await startElasticsearch();
});
after(() => server.stop());

logStoreContract('Elasticsearch', async () => {
  prefix += 1;
  const es = connectElasticsearch({ node: server.node, indexPrefix: `t${prefix}`, refreshIntervalMs: 5000 });
  const store = openElasticsearchLogStore(es);
  return {
    store,
    async done() {
      await store.close();
      await es.request({ method: 'DELETE', path: `/t${prefix}-*` });
      await es.close();
    },
  };
});
