import { defineConfig } from 'vite';

/** Bundles the page into `dist`, which the console serves; nothing is loaded from elsewhere. */
export default defineConfig({
  // A clone whose path the bundler can't take is given by a link (local/page.sh); followed, that would be lost again.
  resolve: { preserveSymlinks: true },
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 900, modulePreload: false },
});
