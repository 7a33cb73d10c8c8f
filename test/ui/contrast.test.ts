/** WCAG AA of the design tokens: every ink on every ground it is used on, in both themes, computed from the built page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useHarness } from './harness.ts';

const GROUNDS = ['bg', 'surface', 'raised', 'sunken', 'hover'];
const INKS = ['ink', 'ink-2', 'ink-3', 'accent-ink', 'ok-ink', 'warning-ink', 'critical-ink', 'unknown-ink'];
/** Text on its own soft ground, and text on filled ones. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['ok-ink', 'ok-soft'],
  ['warning-ink', 'warning-soft'],
  ['critical-ink', 'critical-soft'],
  ['unknown-ink', 'unknown-soft'],
  ['accent-ink', 'accent-soft'],
  ['ink', 'accent-soft'],
  ['ink-3', 'accent-soft'],
  ['on-accent', 'accent'],
  ['surface', 'critical-ink'],
  ['ink', 'mark'],
  ['code-keyword', 'surface'],
  ['code-string', 'surface'],
  ['code-number', 'surface'],
  ['code-comment', 'surface'],
];
/** Shapes and lines that carry meaning need 3:1 (WCAG 1.4.11); each also differs in form and word. */
const SHAPES = [
  'ok-fill',
  'critical-fill',
  'unknown-fill',
  'series-1',
  'series-2',
  'series-3',
  'series-4',
  'series-5',
  'series-6',
];

const harness = useHarness();

type Rgb = readonly [number, number, number];

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(value => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: Rgb, b: Rgb): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

for (const theme of ['light', 'dark']) {
  test(`${theme}: text tokens reach 4.5:1 and shapes 3:1`, async () => {
    const { page } = await harness.open('/');
    await page.locator('.headline').waitFor();
    const names = [
      ...new Set([...GROUNDS, ...INKS, ...SHAPES, ...PAIRS.flat(), 'lag-0', 'lag-1', 'lag-2', 'lag-3', 'lag-4']),
    ];
    const colours = await page.locator('html').evaluate(
      (root, [wanted, look]) => {
        root.dataset['theme'] = look;
        const pen = root.ownerDocument.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const style = root.ownerDocument.defaultView.getComputedStyle(root);
        const found: Record<string, Rgb> = {};
        for (const name of wanted) {
          pen.fillStyle = style.getPropertyValue(`--${name}`);
          pen.fillRect(0, 0, 1, 1);
          const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
          found[name] = [r, g, b];
        }
        return found;
      },
      [names, theme] as const,
    );
    const of = (name: string): Rgb => colours[name] ?? assert.fail(`no token --${name}`);

    const low: string[] = [];
    const need = (ink: string, ground: string, ratio: number): void => {
      const value = contrast(of(ink), of(ground));
      if (value < ratio) low.push(`${ink} on ${ground}: ${value.toFixed(2)} < ${ratio}`);
    };
    for (const ink of INKS) for (const ground of GROUNDS) need(ink, ground, 4.5);
    for (const [ink, ground] of PAIRS) need(ink, ground, 4.5);
    for (const shape of SHAPES) need(shape, 'surface', 3);

    assert.deepEqual(low, []);
    const lag = [0, 1, 2, 3, 4].map(step => luminance(of(`lag-${step}`)));
    const rising = lag.every((value, i) => i === 0 || value > (lag[i - 1] ?? 0));
    const falling = lag.every((value, i) => i === 0 || value < (lag[i - 1] ?? 0));
    assert.ok(theme === 'dark' ? rising : falling, `lightness of the lag scale runs one way: ${lag}`);
    await page.close();
  });
}
