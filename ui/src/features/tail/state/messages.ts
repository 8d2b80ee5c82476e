import type { LogRow } from '@/api/types';
import type { ApiErrorBody } from '@/api/errors';

export type TailPhase = 'starting' | 'catching_up' | 'live' | 'paused';

/** What the server says on the socket; see docs/api.md. */
export type TailMessage =
  | { type: 'subscribed'; id: string; query: string; resume: string }
  | { type: 'phase'; id: string; phase: TailPhase; reason?: string }
  | { type: 'rows'; id: string; resume: string; rows: LogRow[] }
  | {
      type: 'stats';
      id: string;
      resume: string;
      phase: TailPhase;
      matched: number;
      sent: number;
      dropped: number;
      waiting: number;
    }
  | { type: 'error'; id: string | null; error: ApiErrorBody };

export type TailCommand =
  | {
      type: 'subscribe';
      id: string;
      query: string;
      source?: string;
      last?: number;
      resume?: string;
      rate_limit?: number;
      sample?: number;
    }
  | { type: 'unsubscribe'; id: string }
  | { type: 'pause'; id: string }
  | { type: 'resume'; id: string; skip: boolean };
