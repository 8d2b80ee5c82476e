import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { notifyFailure } from '@/components/notify';
import { SavedCommands } from './saved-commands';
import { SavedContext, type Draft, type Opening, type SavedQueries } from './saved-context';
import { useOpenBound } from './use-saved';

const SaveDialog = lazy(() => import('./save-dialog'));
const OpenDialog = lazy(() => import('./open-dialog'));

/** Lets every page save queries and open saved ones: it owns the dialogs. */
export function SavedHost({ children }: { children: ReactNode }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [opening, setOpening] = useState<Opening | null>(null);
  const openBound = useOpenBound();

  const saved = useMemo(
    (): SavedQueries => ({
      edit: setDraft,
      open: (next) => {
        if (next.query.parameters.length > 0) setOpening(next);
        else {
          openBound(next, {}).catch((error: unknown) => notifyFailure('The saved query did not open', error));
        }
      },
    }),
    [openBound],
  );
  return (
    <SavedContext value={saved}>
      {children}
      <SavedCommands />
      <Suspense fallback={null}>
        {draft !== null && <SaveDialog draft={draft} onClose={() => setDraft(null)} />}
        {opening !== null && <OpenDialog opening={opening} onClose={() => setOpening(null)} />}
      </Suspense>
    </SavedContext>
  );
}
