/** Drills of alerting on a real Elasticsearch: fewer kills, since each takeover waits for the lease and for the server. */
import { after, before, describe } from 'node:test';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';
import { alertDrills } from './alert-drills.ts';

describe('with a server', () => {
  let server: TestElasticsearch;
  before(
    async () => {
      server = await startElasticsearch();
    },
    { timeout: 120_000 },
  );
  after(() => server?.stop());

  alertDrills('Elasticsearch', 1, () => ({ elasticsearch: { node: server.node, refresh_interval: '1s' } }));
});
