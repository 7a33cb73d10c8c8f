import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/controls.css';
import './styles/figures.css';
import './styles/shell.css';
import { render } from 'preact';
import { startBeat } from './api/live.ts';
import { startKeyboard } from './app/keyboard.ts';
import { startRouter } from './app/router.ts';
import { Shell } from './app/shell.tsx';
import { startTheme } from './app/theme.ts';
import { startLanguage } from './i18n/language.ts';
import { startTips } from './parts/tip.ts';

startTheme();
startRouter();
startBeat();
startKeyboard();
startTips();
const root = document.getElementById('root');
// The words come first: a screen that shows keys for a moment would flicker.
void startLanguage().then(() => {
  if (root) render(<Shell />, root);
});
