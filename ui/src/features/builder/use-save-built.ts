import { useSaved } from '@/components/saved/saved-context';
import { NEW_CONTENT } from '@/components/saved/saved-text';
import { useCommands } from '@/lib/shortcuts/use-commands';
import type { TimeRange } from '@/lib/time-range/range';

/** Shows the form that saves the search as it stands in its text, with its time range. */
export function useSaveBuilt(text: string, range: TimeRange, source: string | undefined): () => void {
  const { edit } = useSaved();
  const save = (): void =>
    edit({
      content: { ...NEW_CONTENT, text, from: range.from, to: range.to, source: source ?? null },
      replaces: null,
    });
  useCommands([
    { id: 'builder.save', title: 'Save this search', group: 'Builder', keys: ['mod+s'], run: save },
  ]);
  return save;
}
