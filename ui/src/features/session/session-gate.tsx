import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useApi } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useStatus } from '@/api/status';
import { usePlatform } from '@/platform/context';
import { takeLoginCode } from './login-code';
import { SignInPage } from './sign-in-page';

/** In a browser: signs in by the link's code, and asks for a link where the server wants one. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { kind } = usePlatform();
  return kind === 'web' ? <WebGate>{children}</WebGate> : children;
}

function WebGate({ children }: { children: ReactNode }) {
  const api = useApi();
  const queries = useQueryClient();
  const [code, setCode] = useState(takeLoginCode);
  // Holds while the status is asked for again: the form must not go away under whoever fills it in.
  const [isSignedOut, setSignedOut] = useState(false);

  // A query although it changes something: a code works once, and a query is sent once however often this renders.
  const signIn = useQuery({
    queryKey: ['sign-in', code],
    queryFn: async () => {
      await api.signIn(code ?? '');
      setSignedOut(false);
      await queries.resetQueries({ queryKey: ['status'] });
      return true;
    },
    enabled: code !== null,
    retry: false,
    staleTime: 'static',
  });
  const signingIn = code !== null && signIn.isPending;
  const { error, isSuccess } = useStatus({ enabled: !signingIn });
  const isRefused = error instanceof ApiError && error.status === 401;
  if (isRefused && !isSignedOut) setSignedOut(true);
  if (isSuccess && isSignedOut) setSignedOut(false);

  // A link that is opened while the page is already there changes only the hash.
  useEffect(() => {
    const onHashChange = (): void => {
      const next = takeLoginCode();
      if (next !== null) setCode(next);
    };
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);

  if (signingIn) return null;
  if (isRefused || isSignedOut) {
    return <SignInPage failure={signIn.error} onCode={setCode} />;
  }
  return children;
}
