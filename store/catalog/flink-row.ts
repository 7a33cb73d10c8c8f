/** What a Flink metric is: a meter's rate is a 60 s average, a counter begins at 0 with every attempt of its subtask. */
export type FlinkMetricType = 'gauge' | 'counter' | 'meter' | 'histogram';

/** One metric of a scope: path below the scope (groups and name), type, unit, meaning in English and Chinese. */
export type FlinkRow = readonly [path: string, type: FlinkMetricType, unit: string, en: string, zh: string];
