/** Which screen an address shows. Every screen is a chunk of its own, loaded when first needed. */
import type { ComponentType } from 'preact';
import type { IconName } from '../parts/icon.tsx';

type NavName = 'overview' | 'jobs' | 'logs' | 'lineage' | 'freshness' | 'alerts' | 'inbox';
export type ScreenName =
  | NavName
  | 'job'
  | 'rules'
  | 'silences'
  | 'channels'
  | 'routes'
  | 'audit'
  | 'impact'
  | 'health'
  | 'check';

/** What a screen gets: the decoded rest of the path after its own part. */
export interface ScreenProps {
  readonly rest: readonly string[];
}

const LOADERS: Record<ScreenName, () => Promise<{ readonly default: ComponentType<ScreenProps> }>> = {
  overview: () => import('../screens/overview/overview.tsx'),
  jobs: () => import('../screens/jobs/jobs.tsx'),
  job: () => import('../screens/job/job.tsx'),
  logs: () => import('../screens/logs/logs.tsx'),
  lineage: () => import('../screens/lineage/lineage.tsx'),
  impact: () => import('../screens/lineage/impact.tsx'),
  health: () => import('../screens/lineage/health.tsx'),
  check: () => import('../screens/lineage/check.tsx'),
  freshness: () => import('../screens/freshness/freshness.tsx'),
  alerts: () => import('../screens/alerts/alerts.tsx'),
  rules: () => import('../screens/rules/rules.tsx'),
  silences: () => import('../screens/silences/silences.tsx'),
  channels: () => import('../screens/channels/channels.tsx'),
  routes: () => import('../screens/routes/routes.tsx'),
  audit: () => import('../screens/audit/audit.tsx'),
  inbox: () => import('../screens/inbox/inbox.tsx'),
};

export interface NavItem {
  readonly name: NavName;
  readonly path: string;
  readonly icon: IconName;
  /** Second key after `g`. */
  readonly key: string;
  readonly demoOnly?: true;
}

export const NAV: readonly NavItem[] = [
  { name: 'overview', path: '/', icon: 'overview', key: 'o' },
  { name: 'jobs', path: '/jobs', icon: 'jobs', key: 'j' },
  { name: 'logs', path: '/logs', icon: 'logs', key: 'l' },
  { name: 'lineage', path: '/lineage', icon: 'lineage', key: 'g' },
  { name: 'freshness', path: '/freshness', icon: 'freshness', key: 'f' },
  { name: 'alerts', path: '/alerts', icon: 'alerts', key: 'a' },
  { name: 'inbox', path: '/inbox', icon: 'inbox', key: 'i', demoOnly: true },
];

/** The screen of a path and the rest of it; null when there is none. */
export function screenOf(path: string): { readonly name: ScreenName; readonly rest: readonly string[] } | null {
  const [, first = '', ...more] = path.split('/');
  const rest = more.map(decodeURIComponent);
  switch (first) {
    case '':
      return { name: 'overview', rest };
    case 'jobs':
      return { name: rest.length > 0 ? 'job' : 'jobs', rest };
    case 'channels':
    case 'receivers':
    case 'on-call':
      return { name: 'channels', rest: [first, ...rest] };
    case 'lineage':
      return { name: lineagePart(rest[0]), rest };
    case 'routes':
    case 'inhibitions':
      return { name: 'routes', rest: [first, ...rest] };
    case 'rules':
    case 'silences':
    case 'audit':
    case 'logs':
    case 'freshness':
    case 'alerts':
    case 'inbox':
      return { name: first, rest };
    default:
      return null;
  }
}

function lineagePart(part: string | undefined): ScreenName {
  return part === 'impact' || part === 'health' || part === 'check' ? part : 'lineage';
}

/** The navigation entry a screen belongs to. */
export function navOf(name: ScreenName): NavItem['name'] {
  if (name === 'job') return 'jobs';
  switch (name) {
    case 'rules':
    case 'silences':
    case 'channels':
    case 'routes':
    case 'audit':
      return 'alerts';
    default:
      return name === 'impact' || name === 'health' || name === 'check' ? 'lineage' : name;
  }
}

const loaded = new Map<ScreenName, ComponentType<ScreenProps>>();

/** The screen's component if it is here already. */
export function loadedScreen(name: ScreenName): ComponentType<ScreenProps> | undefined {
  return loaded.get(name);
}

export async function loadScreen(name: ScreenName): Promise<ComponentType<ScreenProps>> {
  const component = (await LOADERS[name]()).default;
  loaded.set(name, component);
  return component;
}
