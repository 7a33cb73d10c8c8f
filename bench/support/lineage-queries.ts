/** Queries the lineage benchmarks time. */

/** Shapes of a real estate: filter, window, joins, Top-N, CTEs. */
export const QUERIES: readonly string[] = [
  `INSERT INTO dw.cdo SELECT imei, system_id, CAST(ev AS BIGINT) AS ev, UPPER(TRIM(model)) FROM dw.sdk_log WHERE system_id = '2' AND imei IS NOT NULL`,
  `INSERT INTO dw.agg SELECT window_start, window_end, c.app, COUNT(DISTINCT c.imei), SUM(c.ev) FILTER (WHERE c.ok = 1) FROM TABLE(TUMBLE(TABLE dw.cdo, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS c GROUP BY window_start, window_end, c.app`,
  `INSERT INTO dw.wide SELECT o.id, d.brand, p.amount, CASE WHEN p.amount > 100 THEN 'big' ELSE 'small' END FROM dw.orders AS o LEFT JOIN dim.device FOR SYSTEM_TIME AS OF o.pt AS d ON d.imei = o.imei JOIN dw.pays AS p ON p.id = o.id AND p.ts BETWEEN o.ts - INTERVAL '5' MINUTE AND o.ts`,
  `SELECT k, v FROM (SELECT s.k, s.v, ROW_NUMBER() OVER (PARTITION BY s.k ORDER BY s.v DESC) AS rn FROM dw.sdk_log AS s) WHERE rn <= 10`,
  `INSERT INTO dw.u WITH a AS (SELECT x, y FROM dw.t1), b AS (SELECT x, z FROM dw.t2) SELECT a.x, a.y, b.z FROM a JOIN b ON a.x = b.x UNION ALL SELECT x, y, NULL FROM dw.t3`,
];
const COLUMNS = [
  'imei',
  'system_id',
  'ev',
  'model',
  'id',
  'k',
  'v',
  'x',
  'y',
  'z',
  'ts',
  'pt',
  'app',
  'ok',
  'amount',
  'brand',
];
const TABLES = ['dw.sdk_log', 'dw.cdo', 'dw.orders', 'dim.device', 'dw.pays', 'dw.t1', 'dw.t2', 'dw.t3'];
/** Columns of the tables they read. */
export const SCHEMAS = Object.fromEntries(TABLES.map(table => [`default_catalog.${table}`, COLUMNS]));
