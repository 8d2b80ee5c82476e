import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const apiAddress = process.env.CLICK_LITE_DEV_API ?? 'http://127.0.0.1:7410';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    // The server refuses requests whose Host or Origin is not its own, so the proxy presents the server's address.
    proxy: {
      '/api': { target: apiAddress, changeOrigin: true, ws: true, headers: { origin: apiAddress } },
    },
  },
  build: {
    target: ['chrome111', 'safari16.4', 'firefox114'],
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    // A machine that is busy takes seconds for what takes milliseconds.
    testTimeout: 20_000,
    // A zone that is not UTC and has summer time, so that a mix-up of the two shows.
    env: { TZ: 'Europe/Berlin' },
  },
});
