import { IconDatabase } from '@tabler/icons-react';
import { useSources } from '@/api/sources';
import { ChoiceMenu } from './choice-menu';
import { foreignSource, sourceName } from './known-sources';

interface SourceMenuProps {
  /** Name of the source; undefined for what the server stores itself. */
  source: string | undefined;
  onChoose: (source: string | undefined) => void;
}

/** Which source is asked: a choice only where there is more than one, else nothing. */
export function SourceMenu({ source, onChoose }: SourceMenuProps) {
  const all = useSources().data ?? [];
  const chosen = foreignSource(source);
  if (all.length < 2 && chosen === undefined) return null;
  return (
    <ChoiceMenu
      label="Source"
      value={sourceName(source)}
      icon={<IconDatabase size={14} aria-hidden />}
      choices={all.map(({ id, name, database, table }) => ({
        id,
        name: sourceName(name),
        detail: `${database}.${table}`,
        isChosen: foreignSource(name) === chosen,
        onChoose: () => onChoose(foreignSource(name)),
      }))}
    />
  );
}
