import { createContext, use, useCallback, useRef, useState } from 'react';

export type Scheme = 'light' | 'dark';

/** Shows the page in one theme whatever was chosen, and without an argument in the chosen one again. */
export type ForceScheme = (scheme?: Scheme) => void;

export const ForceSchemeContext = createContext<ForceScheme>(() => undefined);

export function useForceScheme(): ForceScheme {
  return use(ForceSchemeContext);
}

/** The theme that stands over the chosen one, which stays stored as it is: a window that is closed meanwhile keeps it. */
export function useForcedScheme(): [Scheme | undefined, ForceScheme] {
  const [forced, setForced] = useState<Scheme>();
  const chosen = useRef<string>(undefined);
  const force = useCallback((scheme?: Scheme) => {
    const { dataset } = document.documentElement;
    chosen.current ??= dataset.mantineColorScheme;
    // Now, not with the provider's effect: charts read their colours before that.
    dataset.mantineColorScheme = scheme ?? chosen.current;
    if (scheme === undefined) chosen.current = undefined;
    setForced(scheme);
  }, []);
  return [forced, force];
}
