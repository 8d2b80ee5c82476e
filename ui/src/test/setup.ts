import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(cleanup);

// Tests of what goes over the wire run without a page.
if (typeof window !== 'undefined') await import('./page');
