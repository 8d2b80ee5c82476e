import { Select, type ComboboxData } from '@mantine/core';
import { LOCAL_SOURCE, useSources } from '@/api/sources';
import { LOCAL_NAME, useConnections } from './known-sources';
import { sourceChoices, type SourceChoice } from './source-choices';

interface SourceSelectProps {
  value: string | null | undefined;
  /** What no choice means: `Logs` where there is nothing above that says another one. */
  none?: string;
  /** SQL may also name a connection. */
  isSql?: boolean;
  description?: string;
  className?: string;
  /** `null` is no choice; where `none` is not `Logs`, `logs` is this server. */
  onChange: (source: string | null) => void;
}

/** Another than every name. */
const NONE = '/';

/** Which source a query reads, in a form: nothing where there is only one and none was chosen. */
export function SourceSelect(props: SourceSelectProps) {
  const { value, none = LOCAL_NAME, isSql = false, description, className, onChange } = props;
  const all = useSources();
  const connections = useConnections();
  const chosen = value == null || value === '' ? null : value;
  const names = (all.data ?? []).map(({ name }) => name).filter((name) => name !== LOCAL_SOURCE);
  const servers = isSql ? (connections.data ?? []).map(({ name }) => name) : [];
  if (names.length + servers.length === 0 && chosen === null) return null;
  const isKnown = all.isSuccess && (!isSql || connections.isSuccess);
  const choices = sourceChoices({ names, servers, chosen, isKnown, hasLocal: none !== LOCAL_NAME });
  return (
    <Select
      label="Source"
      className={className}
      description={description}
      inputWrapperOrder={['label', 'input', 'description']}
      allowDeselect={false}
      data={[{ value: NONE, label: none }, ...choices.flatMap(toItems)]}
      value={chosen ?? NONE}
      onChange={(next) => next !== null && onChange(next === NONE ? null : next)}
    />
  );
}

function toItems({ group, items }: SourceChoice): ComboboxData {
  return group === null ? items : [{ group, items }];
}
