import { useEffect, useState, useSyncExternalStore } from 'react';
import { useApi } from '@/api/client';
import type { ApiClient } from '@/api/client';
import { StatementRun, type RunState } from './statement-run';

/** A run for each tab, so that one can be read while another works. */
export class Runs {
  private readonly runs = new Map<string, StatementRun>();
  private readonly api: ApiClient;

  constructor(api: ApiClient) {
    this.api = api;
  }

  of(tabId: string): StatementRun {
    let run = this.runs.get(tabId);
    if (run === undefined) {
      run = new StatementRun(this.api);
      this.runs.set(tabId, run);
    }
    return run;
  }

  forget(tabId: string): void {
    this.runs.get(tabId)?.cancel();
    this.runs.delete(tabId);
  }

  cancelAll(): void {
    for (const run of this.runs.values()) run.cancel();
  }
}

/** Leaving the page cancels what runs. */
export function useRuns(): Runs {
  const api = useApi();
  const [runs] = useState(() => new Runs(api));
  useEffect(() => () => runs.cancelAll(), [runs]);
  return runs;
}

export function useRunState(run: StatementRun): RunState {
  return useSyncExternalStore(run.subscribe, run.get);
}
