import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../support/until.ts';
import type { CapturedEstate, StoreName } from './estate.ts';

interface Graph {
  readonly nodes: readonly { readonly id: string; readonly kind: string; readonly name: string }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly role: string }[];
}

const BROKER = 'kafka://127.0.0.1:29092';

/** The path of the captured run, from the SQL of its jobs and from an OpenLineage event. */
export function lineageTests(store: StoreName, estate: () => CapturedEstate): void {
  describe(`the lineage of the captured run on ${store}`, () => {
    const graph = (root: string, direction: string): Promise<Graph> =>
      estate().daemons[store].get<Graph>(`/api/v1/lineage/graph?${new URLSearchParams({ root, direction })}`);

    test('the SQL of the two jobs makes one path of topics and jobs', async () => {
      assert.deepEqual(namedEdges(await graph(`${BROKER}/dw_sdk_agg`, 'up')), [
        'cdo_filter_job writes dw_sdk_log_cdo',
        'cdo_window_agg writes dw_sdk_agg',
        'dw_sdk_log reads cdo_filter_job',
        'dw_sdk_log_cdo reads cdo_window_agg',
      ]);
    });

    test('the jobs ended as the run did', async () => {
      const { items } = await estate().daemons[store].get<{ items: { name: string; status: string }[] }>(
        '/api/v1/jobs',
      );

      assert.deepEqual(Object.fromEntries(items.map(({ name, status }) => [name, status])), {
        cdo_filter_job: 'RUNNING',
        cdo_window_agg: 'CANCELED',
        cdo_fails_for_good: 'FAILED',
      });
    });

    test('an OpenLineage event as Flink sent it adds its job', async () => {
      const { daemons, capture } = estate();

      const { status } = await daemons[store].post('/api/v1/lineage', capture.openLineage);

      assert.equal(status, 201);
      const isThere = async (): Promise<boolean> => {
        const edges = namedEdges(await graph(`${BROKER}/dw_sdk_log`, 'down'));
        return (
          edges.includes('dw_sdk_log reads cdo_fails_for_good') &&
          edges.includes('cdo_fails_for_good writes dw_sdk_agg')
        );
      };
      await until('the job of the event', isThere);
    });
  });
}

function namedEdges({ nodes, edges }: Graph): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return edges.map(({ from, to, role }) => `${names.get(from)} ${role} ${names.get(to)}`).sort();
}
