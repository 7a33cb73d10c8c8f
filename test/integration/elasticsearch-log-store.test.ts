/** The LogStore contract on a real Elasticsearch. */
import { openElasticsearchLogStore } from '../../store/elasticsearch/log-store.ts';
import { logStoreContract } from '../contract/log-store.ts';
import { onElasticsearch } from '../support/elasticsearch-stores.ts';

onElasticsearch(logStoreContract, es => openElasticsearchLogStore(es));
