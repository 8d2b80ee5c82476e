/** The one-time code of a sign-in link, pasted whole or as the address bar has it; `null` where there is none. */
export function loginCodeOf(text: string): string | null {
  const code = /#login=([^&\s]+)/.exec(text)?.[1];
  return code === undefined ? null : decodeURIComponent(code);
}

/** Reads the code from the address and removes it there, so that it stays out of bookmarks and the history. */
export function takeLoginCode(): string | null {
  const code = loginCodeOf(window.location.hash);
  if (code !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return code;
}
