/** The StateStore contract on a real Elasticsearch, and what only that adapter promises. */
import { after, before } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { connectElasticsearch } from '../../store/elasticsearch/client.ts';
import { openElasticsearchStateStore } from '../../store/elasticsearch/state-store.ts';
import { stateStoreContract } from '../contract/state-store.ts';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';

let server: TestElasticsearch;
let prefix = 0;
before(async () => {
  server = await startElasticsearch();
});
after(() => server.stop());

stateStoreContract('Elasticsearch', async () => {
  prefix += 1;
  const es = connectElasticsearch({ node: server.node, indexPrefix: `t${prefix}`, refreshIntervalMs: 5000 });
  const store = openElasticsearchStateStore(es, { clock: systemClock });
  return {
    store,
    async done() {
      await store.close();
      await es.request({ method: 'DELETE', path: `/t${prefix}-*` });
      await es.close();
    },
  };
});
