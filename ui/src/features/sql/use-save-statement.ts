import { useSaved } from '@/components/saved/saved-context';
import { NEW_CONTENT } from '@/components/saved/saved-text';
import { useCommands } from '@/lib/shortcuts/use-commands';
import type { Workspace } from './use-workspace';

/** Shows the form that saves the statement of the tab, with its values as defaults. */
export function useSaveStatement({ tab }: Workspace): () => void {
  const { edit } = useSaved();
  const save = (): void =>
    edit({
      content: {
        ...NEW_CONTENT,
        language: 'sql',
        text: tab.sql,
        from: tab.from,
        to: tab.to,
        source: tab.source,
      },
      values: tab.values,
      replaces: null,
    });
  useCommands([{ id: 'sql.save', title: 'Save this statement', group: 'SQL', keys: ['mod+s'], run: save }]);
  return save;
}
