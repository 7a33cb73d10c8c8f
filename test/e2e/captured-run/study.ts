/** What the jobs of the captured run were submitted with: two `INSERT`s over one set of tables. */

const TABLES = `
CREATE TEMPORARY FUNCTION fault AS 'study.udf.Fault';
CREATE TEMPORARY FUNCTION slow_count AS 'study.udf.SlowCount';
CREATE TABLE dw_sdk_log (
  event_id STRING, system_id STRING, imei STRING, seq BIGINT, event_time BIGINT,
  ts AS TO_TIMESTAMP_LTZ(event_time, 3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector'='kafka','topic'='dw_sdk_log','properties.bootstrap.servers'='127.0.0.1:29092',
  'properties.group.id'='dw_sdk_log_cdo_job','scan.startup.mode'='group-offsets','format'='json');
CREATE TABLE dw_sdk_log_cdo (
  event_id STRING, imei STRING, seq BIGINT, event_time BIGINT,
  ts AS TO_TIMESTAMP_LTZ(event_time, 3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector'='kafka','topic'='dw_sdk_log_cdo','properties.bootstrap.servers'='127.0.0.1:29092',
  'properties.group.id'='dw_sdk_agg_job','scan.startup.mode'='group-offsets','format'='json');
CREATE TABLE dw_sdk_agg (
  event_id STRING, w_start TIMESTAMP(3), pv BIGINT, uv BIGINT
) WITH ('connector'='kafka','topic'='dw_sdk_agg','properties.bootstrap.servers'='127.0.0.1:29092','format'='json');
SET 'table.exec.source.idle-timeout' = '5s';
`;

const FILTER = `
SET 'pipeline.name' = 'cdo_filter_job';
INSERT INTO dw_sdk_log_cdo
SELECT event_id, fault('filter', imei) AS imei, seq, event_time FROM dw_sdk_log WHERE system_id='2';
`;

const AGGREGATE = `
SET 'pipeline.name' = 'cdo_window_agg';
INSERT INTO dw_sdk_agg
SELECT event_id, CAST(window_start AS TIMESTAMP(3)), slow_count(imei), COUNT(DISTINCT imei)
FROM TABLE(TUMBLE(TABLE dw_sdk_log_cdo, DESCRIPTOR(ts), INTERVAL '10' SECONDS))
GROUP BY window_start, window_end, event_id;
`;

/** Records of the jobs stream for both jobs, as a submission tool sends them. */
export function submissions(ts: number): { readonly ts: number; readonly value: object }[] {
  const session = 'default_catalog.default_database';
  return [
    { job_name: 'cdo_filter_job', sql: TABLES + FILTER },
    { job_name: 'cdo_window_agg', sql: TABLES + AGGREGATE },
  ].map(job => ({ ts, value: { type: 'job', ts, owner: 'dw', session, ...job } }));
}
