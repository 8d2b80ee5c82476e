export interface ApiErrorBody {
  code: string;
  message: string;
  request_id?: string | null;
  details?: unknown;
}

/** Details of an error whose code starts with `query.` or `sql.`: where in the text it is and what may help. */
export interface QueryErrorDetails {
  /** Offset in characters, from 0. */
  position: number;
  length: number;
  hint: string | null;
  /** Of the search language. */
  expected?: string[];
}

/** A refusal by the server or the shell. `status` is 0 where no HTTP answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly details: unknown;

  constructor(status: number, body: ApiErrorBody) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code;
    this.requestId = body.request_id ?? null;
    this.details = body.details ?? null;
  }

  /** The error of an answer that is not 2xx, whatever its body turns out to be. */
  static fromResponse(status: number, body: string): ApiError {
    try {
      const parsed = JSON.parse(body) as { error?: Partial<ApiErrorBody> } | null;
      const error = parsed?.error;
      if (typeof error?.code === 'string' && typeof error.message === 'string') {
        return new ApiError(status, {
          code: error.code,
          message: error.message,
          request_id: error.request_id ?? null,
          details: error.details,
        });
      }
    } catch {
      // Not JSON: a proxy or a crash answered, and the status is all there is to say.
    }
    return new ApiError(status, {
      code: 'http.status',
      message: `The server answered with status ${status}.`,
    });
  }

  static unreachable(): ApiError {
    return new ApiError(0, {
      code: 'server.unreachable',
      message: 'The server does not answer. It may be stopped or restarting.',
    });
  }

  queryDetails(): QueryErrorDetails | null {
    return /^(?:query|sql)\./.test(this.code) && isQueryErrorDetails(this.details) ? this.details : null;
  }
}

function isQueryErrorDetails(details: unknown): details is QueryErrorDetails {
  return (
    typeof details === 'object' &&
    details !== null &&
    typeof (details as Partial<QueryErrorDetails>).position === 'number'
  );
}

/** True where trying again later can help by itself: no answer, or the engine is on its way up. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 503);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
