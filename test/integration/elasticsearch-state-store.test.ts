/** The StateStore contract on a real Elasticsearch. */
import { systemClock } from '../../model/clock.ts';
import { openElasticsearchStateStore } from '../../store/elasticsearch/state-store.ts';
import { stateStoreContract } from '../contract/state-store.ts';
import { onElasticsearch } from '../support/elasticsearch-stores.ts';

onElasticsearch(stateStoreContract, es => openElasticsearchStateStore(es, { clock: systemClock }));
