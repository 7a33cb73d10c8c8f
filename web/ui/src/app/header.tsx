import type { JSX } from 'preact';
import { paused, refreshNow, unreachable } from '../api/live.ts';
import { zoneName } from '../format/time.ts';
import { language, switchLanguage, words } from '../i18n/language.ts';
import { Icon } from '../parts/icon.tsx';
import { tip } from '../parts/tip.ts';
import { estate } from './estate-status.ts';
import { Jump } from './jump.tsx';
import { helpOpen } from './keyboard.ts';
import { link } from './router.ts';
import { loadScreen, NAV, type NavItem } from './screens.ts';
import { theme, toggleTheme } from './theme.ts';
import { TimePicker } from './time-picker.tsx';

function Brand(): JSX.Element {
  return (
    <a class="brand" href={link('/')} aria-label="tidewatch">
      <svg
        width="22"
        height="22"
        viewBox="0 0 32 32"
        aria-hidden="true"
        fill="none"
        stroke-width="3.2"
        stroke-linecap="round"
      >
        <path d="M3 12c4.3 0 4.3 4.5 8.7 4.5S16 12 20.3 12s4.3 4.5 8.7 4.5" stroke="var(--accent)" />
        <path d="M3 21c4.3 0 4.3 4.5 8.7 4.5S16 21 20.3 21s4.3 4.5 8.7 4.5" stroke="var(--lag-0)" />
      </svg>
      <span>tidewatch</span>
    </a>
  );
}

function LiveSwitch(): JSX.Element {
  const { shell } = words();
  const state = unreachable.value ? 'lost' : paused.value ? 'paused' : 'live';
  const text = { lost: shell.lostTip, paused: shell.resumeTip, live: shell.pauseTip }[state];
  const toggle = (): void => {
    // Without a connection the click means "try now", not "stop trying".
    if (unreachable.value && !paused.value) {
      refreshNow();
      return;
    }
    paused.value = !paused.value;
    if (!paused.value) refreshNow();
  };
  return (
    <button
      type="button"
      class={`button quiet live ${state}`}
      aria-label={shell[state]}
      aria-pressed={paused.value}
      onClick={toggle}
      {...tip(text)}
    >
      <i />
      <span>{shell[state]}</span>
    </button>
  );
}

function ThemeSwitch(): JSX.Element {
  const { shell } = words();
  const dark = theme.value === 'dark';
  const label = dark ? shell.light : shell.dark;
  return (
    <button type="button" class="button quiet icon" aria-label={label} onClick={toggleTheme} {...tip(label)}>
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  );
}

/** The bar at the top: where one can go, the time range, and how the page shows things. */
export function Header({ current }: { current: NavItem['name'] | null }): JSX.Element {
  const { nav, shell, language: l } = words();
  const items = NAV.filter(item => !item.demoOnly || estate.value.status?.demo || current === item.name);
  return (
    <header class="bar">
      <Brand />
      <nav class="nav" aria-label={nav.label}>
        {items.map(item => (
          <a
            key={item.name}
            href={link(item.path)}
            onPointerEnter={() => void loadScreen(item.name)}
            {...(current === item.name ? { 'aria-current': 'page' as const } : {})}
          >
            <Icon name={item.icon} size={18} />
            {nav[item.name]}
            {item.name === 'alerts' && estate.value.firing > 0 && <span class="dot">{estate.value.firing}</span>}
          </a>
        ))}
      </nav>
      <div class="tools">
        <Jump />
        <LiveSwitch />
        <TimePicker />
        <span class="muted zone">{zoneName()}</span>
        <button
          type="button"
          class="button quiet"
          lang={language() === 'zh' ? 'en' : 'zh-CN'}
          aria-label={l.switchTo}
          onClick={() => void switchLanguage(language() === 'zh' ? 'en' : 'zh')}
        >
          {l.other}
        </button>
        <ThemeSwitch />
        <button
          type="button"
          class="button quiet icon help-button"
          aria-label={shell.help}
          onClick={() => (helpOpen.value = true)}
          {...tip(`${shell.help}  ?`)}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}
