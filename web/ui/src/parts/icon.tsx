import type { JSX } from 'preact';

/** Line icons on a 16-px grid, drawn in the text colour. */
const PATHS = {
  overview: 'M2 9.5a6 6 0 1 1 12 0M8 9.5 10.5 6M2 13h12',
  jobs: 'M2.5 3.5h11M2.5 8h11M2.5 12.5h11M5 2v3M10.5 6.5v3M7 11v3',
  logs: 'M3 3.5h10M3 6.5h7M3 9.5h10M3 12.5h5',
  lineage: 'M2 8h3.5c2.5 0 2.5-4 5-4H14M5.5 8c2.5 0 2.5 4 5 4H14M11.5 1.5 14 4l-2.5 2.5',
  freshness: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.8V8l2.2 1.6',
  alerts: 'M4 11V7a4 4 0 1 1 8 0v4l1 1.5H3ZM6.7 14h2.6',
  inbox: 'M2 9.5 4 3h8l2 6.5V13H2ZM2 9.5h3.5l1 2h3l1-2H14',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13',
  moon: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3Z',
  help: 'M6 6a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.4M8 11.8v.1M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7Z',
  close: 'm4 4 8 8M12 4l-8 8',
  link: 'M7 9.5 9.5 7M6.5 6.5 8.7 4.3a2.1 2.1 0 0 1 3 3L9.5 9.5M9.5 9.5l-2.2 2.2a2.1 2.1 0 0 1-3-3l2.2-2.2',
  copy: 'M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3Z',
  around: 'M8 2v4M8 10v4M2.5 8h11M5.5 4.5 8 2l2.5 2.5M5.5 11.5 8 14l2.5-2.5',
  chevron: 'm6 4 4 4-4 4',
  zoomOut: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 14 14M5 7h4',
  zoomIn: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 14 14M5 7h4M7 5v4',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  filter: 'M2.5 3.5h11L9.5 8.5V13l-3-1.5v-3Z',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
