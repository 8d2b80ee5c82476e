/** Lets so many queries run at once; the others wait in order. One that is aborted while it waits gives up its turn. */
export class Gate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.running >= this.limit) {
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          this.waiting.splice(this.waiting.indexOf(enter), 1);
          reject(new DOMException('The query is not wanted any more', 'AbortError'));
        };
        signal.addEventListener('abort', leave, { once: true });
        this.waiting.push(enter);
      });
    } else {
      this.running += 1;
    }
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      // The turn goes to the next one as it is.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
