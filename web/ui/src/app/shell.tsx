import { Component, type ComponentChildren, type ComponentType, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { getAlerts } from '../api/alerts.ts';
import { getStatus } from '../api/estate.ts';
import { setServerTime, useLive } from '../api/live.ts';
import { words } from '../i18n/language.ts';
import { Empty, Loading } from '../parts/states.tsx';
import { estate } from './estate-status.ts';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { link, path } from './router.ts';
import { loadedScreen, loadScreen, navOf, type ScreenName, type ScreenProps, screenOf } from './screens.ts';

/** Keeps the daemon's clock, its status and the number of firing alerts up to date for every screen. */
function useEstateStatus(): void {
  const status = useLive('status', getStatus);
  const alerts = useLive('alerts/firing', signal => getAlerts('firing', signal));
  const now = status.data?.now;
  useEffect(() => {
    if (now !== undefined) setServerTime(now);
  }, [now]);
  const firing = alerts.data?.items.length ?? 0;
  useEffect(() => {
    estate.value = { status: status.data, firing };
  }, [status.data, firing]);
}

/** A broken screen says so and leaves the rest of the page usable. */
class Boundary extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ComponentChildren {
    return this.state.failed ? <Unloadable /> : this.props.children;
  }
}

/** A chunk that is gone usually means a new version was installed: the reloaded page knows its own chunks. */
function Unloadable(): JSX.Element {
  const { shell } = words();
  return (
    <Empty title={shell.crashed}>
      <button type="button" class="button" onClick={() => window.location.reload()}>
        {shell.reload}
      </button>
    </Empty>
  );
}

function useScreen(name: ScreenName | null): ComponentType<ScreenProps> | undefined {
  const [, redraw] = useState(0);
  const [lost, setLost] = useState<ScreenName | null>(null);
  const here = name === null ? undefined : loadedScreen(name);
  useEffect(() => {
    if (name === null || here) return;
    loadScreen(name).then(
      () => redraw(n => n + 1),
      () => setLost(name),
    );
  }, [name]);
  return here ?? (lost !== null && lost === name ? Unloadable : undefined);
}

/** The frame around every screen. */
export function Shell(): JSX.Element {
  useEstateStatus();
  const screen = screenOf(path.value);
  const Screen = useScreen(screen?.name ?? null);
  const { nav, shell } = words();
  const title = screen ? nav[navOf(screen.name)] : shell.notFound;
  useEffect(() => {
    document.title = [screen?.name === 'job' ? screen.rest[0] : undefined, title, 'tidewatch']
      .filter(Boolean)
      .join(' · ');
  }, [title, screen?.name, screen?.rest[0]]);
  return (
    <>
      <a class="visually-hidden skip" href="#content">
        {nav.skip}
      </a>
      <Header current={screen ? navOf(screen.name) : null} />
      <main id="content" tabIndex={-1} class={screen?.name === 'logs' || screen?.name === 'jobs' ? 'fill' : ''}>
        <Boundary key={screen?.name ?? 'none'}>
          {screen === null && (
            <Empty title={shell.notFound}>
              <a class="button" href={link('/')}>
                {shell.toOverview}
              </a>
            </Empty>
          )}
          {screen !== null && (Screen ? <Screen rest={screen.rest} /> : <Loading />)}
        </Boundary>
      </main>
      <Help />
    </>
  );
}
