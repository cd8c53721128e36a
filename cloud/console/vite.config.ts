// How the console is built: one page under /console/, chunks that are named after what is in them.
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** A file of the component library that names the classes of one component. */
const CLASSES = /\/@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/;

/** Brings each component's styles with it, instead of the styles of all that there are: a component that imports others has them first. */
function stylesOfComponents(): Plugin {
  return {
    name: 'styles-of-components',
    transform(code, id) {
      const [, component] = CLASSES.exec(id) ?? [];
      return component === undefined ? null : `import '@mantine/core/styles/${component}.css';\n${code}`;
    },
  };
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), stylesOfComponents()],
  build: {
    target: 'es2022',
    // No data URLs but for what is tiny, and no inline script.
    modulePreload: { polyfill: false },
    // Which page loads what: the budget is judged by it.
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
});
