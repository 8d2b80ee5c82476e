import { useNavigate } from '@tanstack/react-router';
import { useCommands } from '@/lib/shortcuts/use-commands';

/** What is offered on every page. */
export function SavedCommands() {
  const navigate = useNavigate();
  useCommands([
    {
      id: 'saved.templates',
      title: 'Browse query templates',
      group: 'Saved queries',
      run: () => void navigate({ to: '/saved', search: { tab: 'templates' } }),
    },
  ]);
  return null;
}
