import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Gzipped bytes allowed: what the first screen loads before it can show data, and everything together. */
export const BUDGET = { firstLoad: 60_000, total: 280_000 } as const;

/** What showing the first screen takes besides the entry: a language (the larger one) and the overview. */
const FIRST_SCREEN = ['src/i18n/zh.ts', 'src/screens/overview/overview.tsx'];

/**
 * Prints the gzipped size of every script and style, of the first load (everything fetched before the overview shows
 * data) and of the whole, against the budget. It only prints: a build is never refused, the browser tests judge.
 */
export function budgetReport(): Plugin {
  return {
    name: 'budget-report',
    apply: 'build',
    writeBundle(_options, bundle) {
      const sizes = new Map<string, number>();
      const first = new Set(['index.html']);
      const need = (name: string): void => {
        const file = bundle[name];
        if (!file || first.has(name)) return;
        first.add(name);
        if (file.type !== 'chunk') return;
        for (const used of [...file.imports, ...(file.viteMetadata?.importedCss ?? [])]) need(used);
      };
      for (const [name, file] of Object.entries(bundle)) {
        if (/\.(js|css|html)$/.test(name))
          sizes.set(name, gzipSync(file.type === 'chunk' ? file.code : file.source).length);
        if (file.type !== 'chunk') continue;
        if (file.isEntry || FIRST_SCREEN.some(module => file.facadeModuleId?.endsWith(module))) need(name);
      }
      const sum = (names: Iterable<string>): number =>
        [...names].map(n => sizes.get(n) ?? 0).reduce((a, b) => a + b, 0);
      const line = (label: string, bytes: number, limit?: number): string =>
        `${label.padEnd(44)}${(bytes / 1000).toFixed(1).padStart(7)} kB${limit === undefined ? '' : ` of ${limit / 1000} kB`}`;
      for (const [name, bytes] of [...sizes].sort((a, b) => b[1] - a[1])) this.info(line(name, bytes));
      this.info(line('first load (gzip)', sum(first), BUDGET.firstLoad));
      this.info(line('in all (gzip)', sum(sizes.keys()), BUDGET.total));
    },
  };
}
