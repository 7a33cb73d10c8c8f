/** Tests that simulate hours of pipelines, half a minute of a processor: `npm test` runs them beside the daemon's tests, the quick loop does not. */
export const LONG_SIMULATIONS: readonly string[] = [
  'test/lineage/lag/exactly-once.test.ts',
  'test/lineage/lag/freshness.property.test.ts',
];
