// Colours and sizes, and the nonce under which styles may be written into the page.

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { setNonce } from 'get-nonce';

/** The blue of a night with lanterns. */
const night: MantineColorsTuple = [
  '#eef4fd',
  '#dbe6f7',
  '#b3cbef',
  '#88aee7',
  '#6596e1',
  '#4f87dd',
  '#3d74c9',
  '#2a5caa',
  '#1d4788',
  '#12305b',
];

export const theme = createTheme({
  colors: { night },
  primaryColor: 'night',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Its own grey is too pale to be read.
  components: { Notification: { styles: { description: { color: 'var(--mantine-color-dimmed)' } } } },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
});

/** Dimmed text and placeholders that can be read by everybody: at least 4.5 to 1 on their ground. */
export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545c66',
    '--mantine-color-placeholder': '#68707a',
    '--mantine-color-error': '#c22525',
    '--mantine-color-anchor': '#1f55a5',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb8',
    '--mantine-color-placeholder': '#9aa2ad',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': '#8ab4f8',
  },
});

export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
// Dialogs stop the page behind them from scrolling, by a style of their own.
if (nonce !== undefined) setNonce(nonce);
