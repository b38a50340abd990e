import { defineConfig } from 'vite';

/** Bundles the page into `dist`, which the console serves; nothing is loaded from elsewhere. */
export default defineConfig({
  // A clone whose path the bundler can't take is given by a link (local/page.sh); followed, that would be lost again.
  // The player needs nothing of hls.js that its light build lacks: other sound tracks, subtitles, protected content.
  resolve: { preserveSymlinks: true, alias: [{ find: /^hls\.js$/, replacement: 'hls.js/light' }] },
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 900,
    modulePreload: false,
    rolldownOptions: { input: ['index.html', 'player.html'] },
  },
});
