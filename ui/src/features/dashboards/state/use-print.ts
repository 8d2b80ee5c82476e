import { createContext, useState } from 'react';
import { useForceScheme } from '@/lib/forced-scheme';

/** True while a dashboard is laid out for paper: as wide as a page, light, and with every widget loaded. */
export const PrintContext = createContext(false);

const LOOK_EACH_MS = 100;
const CALM_LOOKS = 3;
const PATIENCE_MS = 30_000;

/** Paper takes what is there: it waits for the widgets that were out of sight until now. */
export function usePrint(): { isPrinting: boolean; print: () => void } {
  const forceScheme = useForceScheme();
  const [isPrinting, setPrinting] = useState(false);
  const print = async () => {
    setPrinting(true);
    forceScheme('light');
    await settled();
    const closed = dialogClosed();
    window.print();
    await closed;
    forceScheme();
    setPrinting(false);
  };
  return { isPrinting, print: () => void print() };
}

/** All values are there, and charts had the time to draw them. */
async function settled(): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let calm = 0; calm < CALM_LOOKS && performance.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EACH_MS));
    calm = document.querySelector('main section[aria-busy="true"]') === null ? calm + 1 : 0;
  }
}

/** Not every webview says that its dialog was closed; whoever uses the page again has it behind them. */
function dialogClosed(): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const end = () => {
      stop.abort();
      resolve();
    };
    for (const event of ['afterprint', 'pointerdown', 'keydown'])
      window.addEventListener(event, end, { signal: stop.signal });
  });
}
