import base from './playwright.config';

/** Takes the pictures of the README: `npm run screenshots`. */
export default { ...base, testMatch: '**/screenshots.ts', fullyParallel: false, workers: 1 };
