/** Notification on a real Elasticsearch. */
import { systemClock } from '../../model/clock.ts';
import { openElasticsearchStateStore } from '../../store/elasticsearch/state-store.ts';
import { notificationContract } from '../contract/notification.ts';
import { onElasticsearch } from '../support/elasticsearch-stores.ts';

onElasticsearch(notificationContract, es => openElasticsearchStateStore(es, { clock: systemClock }));
