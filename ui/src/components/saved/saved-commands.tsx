import { useNavigate } from '@tanstack/react-router';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { useSaved } from './saved-context';
import { useSavedQueries } from './use-saved';

/** Every saved query is a command, so that the palette finds it by its name. */
export function SavedCommands() {
  const queries = useSavedQueries().data?.items ?? [];
  const { open } = useSaved();
  const navigate = useNavigate();
  useCommands([
    {
      id: 'saved.templates',
      title: 'Browse query templates',
      group: 'Saved queries',
      run: () => void navigate({ to: '/saved', search: { tab: 'templates' } }),
    },
    ...queries.map((query) => ({
      id: `saved.open.${query.id}`,
      title: query.folder === '' ? query.name : `${query.folder} / ${query.name}`,
      group: 'Saved queries',
      run: () => open({ source: 'saved-queries', query }),
    })),
  ]);
  return null;
}
