/** The MetricStore contract on a real Elasticsearch. */
import { systemClock } from '../../model/clock.ts';
import { openElasticsearchMetricStore } from '../../store/elasticsearch/metric-store.ts';
import { metricStoreContract } from '../contract/metric-store.ts';
import { onElasticsearch } from '../support/elasticsearch-stores.ts';

onElasticsearch(metricStoreContract, es => openElasticsearchMetricStore(es, { maxSeries: 10_000, clock: systemClock }));
