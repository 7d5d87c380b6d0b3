import { readdirSync, rmSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';

const OUT = 'dist';

/** Empties the folder but for the file that keeps it in the repository. */
const clean: Plugin = {
  name: 'clean',
  apply: 'build',
  buildStart() {
    for (const name of readdirSync(OUT)) {
      if (name !== '.gitignore') rmSync(`${OUT}/${name}`, { recursive: true });
    }
  },
};

const server = process.env['ATTUNE_SERVER'] ?? 'http://127.0.0.1:50551';

export default defineConfig({
  plugins: [clean],
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: 'es2023',
    // `light-dark()` stays as it is written.
    cssTarget: ['chrome125', 'firefox125', 'safari17.5'],
    // Data addresses would be more than the policy of the server allows.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', host: 'host.html', guide: 'src/embed/guide.ts' },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === 'guide' ? 'guide.js' : 'assets/[name]-[hash].js',
      },
    },
  },
  test: { include: ['src/**/*.test.ts'] },
  server: {
    // The API of a running server; it sees no origin, as from a program.
    proxy: {
      '^/attune\\.v1\\.': {
        target: server,
        configure: (proxy) => proxy.on('proxyReq', (request) => request.removeHeader('origin')),
      },
    },
  },
});
