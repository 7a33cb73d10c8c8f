/** Builds the web interface into `dist`, which the daemon serves; every route falls back to `index.html`. */
import { defineConfig } from 'vite';
import { budgetReport } from './build/budget.ts';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Nothing is inlined: the page's Content-Security-Policy allows files of its own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [budgetReport()],
});
