import { IconServer } from '@tabler/icons-react';
import { ChoiceMenu } from './choice-menu';
import { foreignSource, LOCAL_NAME, useConnections, useServerName } from './known-sources';

interface ServerMenuProps {
  /** Name of a source or connection; `null` is this server. */
  source: string | null;
  onChoose: (source: string | null) => void;
}

/** Which server runs a statement: a choice only where there is another one, else nothing. */
export function ServerMenu({ source, onChoose }: ServerMenuProps) {
  const connections = useConnections().data ?? [];
  const name = useServerName(source);
  if (connections.length === 0 && source === null) return null;
  const own = {
    id: '',
    name: LOCAL_NAME,
    detail: 'this server',
    isChosen: source === null,
    onChoose: () => onChoose(null),
  };
  return (
    <ChoiceMenu
      label="Runs on"
      value={name}
      icon={<IconServer size={14} aria-hidden />}
      choices={[
        own,
        ...connections.map((server) => ({
          id: server.id,
          name: server.name,
          detail: server.url,
          isChosen: source !== null && server.name === name,
          onChoose: () => onChoose(foreignSource(server.name) ?? null),
        })),
      ]}
    />
  );
}
