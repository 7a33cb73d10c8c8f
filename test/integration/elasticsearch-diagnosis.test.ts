/** Diagnosis on a real Elasticsearch. */
import { systemClock } from '../../model/clock.ts';
import { openElasticsearchMetricStore } from '../../store/elasticsearch/metric-store.ts';
import { diagnosisContract } from '../contract/diagnosis.ts';
import { onElasticsearch } from '../support/elasticsearch-stores.ts';

onElasticsearch(diagnosisContract, es => openElasticsearchMetricStore(es, { maxSeries: 10_000, clock: systemClock }));
