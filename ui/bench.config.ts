import base from './playwright.config';

/** Measures the interface in the browser, one page at a time: `cargo xtask bench browser`. */
export default {
  ...base,
  testDir: './tests/bench',
  testMatch: '**/*.bench.ts',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 900_000,
  reporter: [['line']],
  use: { ...base.use, trace: 'off', screenshot: 'off' },
};
