/** What the address of a tail holds. */
export interface TailSearch {
  q?: string;
  /** Name of the source; left out for what the server stores itself. */
  src?: string;
  /** In a window of its own: without the frame of the main one. */
  window?: boolean;
  /** That window stays above the others. */
  top?: boolean;
}

/** Keeps what is ours of any URL; nothing in a URL is an error. */
export function validateTailSearch(search: Record<string, unknown>): TailSearch {
  const { q, src, window, top } = search;
  const result: TailSearch = {};
  if (typeof q === 'number' || (typeof q === 'string' && q !== '')) result.q = String(q);
  if (typeof src === 'string' && src !== '') result.src = src;
  if (window === true) result.window = true;
  if (top === true) result.top = true;
  return result;
}
