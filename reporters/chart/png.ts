/**
 * Charts as PNG, for mails: no mail client shows SVG. The renderer is native and prebuilt per platform; it is loaded at the first
 * chart, and where there is none for the platform, mails go without pictures.
 */
import { fileURLToPath } from 'node:url';
import type { MessageChart } from '../../alerting/notify/message.ts';
import { chartSvg } from './svg.ts';

/** Pixels for each CSS pixel: sharp on phones, and still some 20 KB. */
const ZOOM = 2;

type Renderer = (svg: string) => Promise<Buffer>;
let loading: Promise<Renderer | null> | null = null;

/** The picture, 1280 by 400; null when there is too little to draw or no renderer. Never rejects. */
export async function renderChart(chart: MessageChart, zone: string): Promise<Buffer | null> {
  const svg = chartSvg(chart, zone);
  if (svg === null) return null;
  loading ??= loadRenderer();
  const render = await loading;
  try {
    return render ? await render(svg) : null;
  } catch {
    return null;
  }
}

async function loadRenderer(): Promise<Renderer | null> {
  try {
    const { renderAsync } = await import('@resvg/resvg-js');
    const font = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
    const options = {
      // The machine's own fonts would make the picture differ from host to host, and take a second to read.
      font: { loadSystemFonts: false, fontFiles: [font], defaultFontFamily: 'DejaVu Sans' },
      fitTo: { mode: 'zoom' as const, value: ZOOM },
    };
    // On a thread of its own: the event loop has other things to do than to draw.
    return async svg => (await renderAsync(svg, options)).asPng();
  } catch {
    return null;
  }
}
