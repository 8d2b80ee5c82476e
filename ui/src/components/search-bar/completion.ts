import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import type { CompleteRequest, CompleteResponse, CompletionItem } from '@/api/types';
import { splitPipes } from '@/lib/query-language/pipes';
import { characterOffset, utf16Offset } from './offsets';

/** Whose fields and values are completed. */
export interface CompletedSpan {
  from: string | undefined;
  to: string | undefined;
  source?: string | undefined;
}

function completion(item: CompletionItem): Completion {
  return {
    label: item.label,
    apply: item.text,
    type: item.kind,
    ...(item.detail === null ? {} : { detail: item.detail }),
  };
}

/** Fields, values and operators from the server, which knows what is stored. Its silence is no error: one types on. */
export function serverCompletion(
  complete: (request: CompleteRequest, signal: AbortSignal) => Promise<CompleteResponse>,
  span: () => CompletedSpan,
  onSignature: (signature: CompleteResponse['signature']) => void,
): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const query = context.state.doc.toString();
    const before = query.slice(0, context.pos);
    // Behind a pipe there is something to offer before its first letter.
    const isOpen = query === '' || (/\s$/.test(before) && splitPipes(before).pipes === '');
    if (!context.explicit && isOpen) {
      onSignature(null);
      return null;
    }
    const abort = new AbortController();
    context.addEventListener('abort', () => abort.abort(), { onDocChange: true });
    try {
      const cursor = characterOffset(query, context.pos);
      const { replace, items, signature } = await complete({ query, cursor, ...span() }, abort.signal);
      if (abort.signal.aborted) return null;
      onSignature(signature);
      if (items.length === 0) return null;
      return {
        from: utf16Offset(query, replace.from),
        to: utf16Offset(query, replace.to),
        options: items.map(completion),
        filter: false,
      };
    } catch {
      return null;
    }
  };
}

/** Searches run before, for an empty bar; newest first. */
export function historyCompletion(history: () => readonly string[]): CompletionSource {
  return (context) => {
    if (!context.explicit || context.state.doc.length > 0) return null;
    const options = history().map((query): Completion => ({ label: query, type: 'history' }));
    return options.length === 0 ? null : { from: 0, options, filter: false };
  };
}
