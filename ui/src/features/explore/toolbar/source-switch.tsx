import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconDatabase } from '@tabler/icons-react';
import { LOCAL_SOURCE, useSources } from '@/api/sources';
import { useExplore } from '../state/explore-context';
import classes from './toolbar.module.css';

/** Which source is searched; a choice only where there is more than one. */
export function SourceSwitch() {
  const { search, setSource } = useExplore();
  const all = useSources().data ?? [];
  const name = search.source ?? LOCAL_SOURCE;
  const label = name === LOCAL_SOURCE ? 'Logs' : name;
  if (all.length < 2 && search.source === undefined) {
    return (
      <span className={classes.source} title="Table otel_logs in database click_lite">
        <IconDatabase size={14} aria-hidden />
        Logs
      </span>
    );
  }
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.sourceSwitch}
          leftSection={<IconDatabase size={14} aria-hidden />}
          rightSection={<IconChevronDown size={12} aria-hidden />}
          aria-label={`Source: ${label}`}
        >
          <span className={classes.sourceName}>{label}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {all.map((source) => (
          <Menu.Item
            key={source.id}
            leftSection={
              <IconCheck size={14} aria-hidden visibility={source.name === name ? 'visible' : 'hidden'} />
            }
            rightSection={
              <span className={classes.sourceTable}>
                {source.database}.{source.table}
              </span>
            }
            onClick={() => setSource(source.name === LOCAL_SOURCE ? undefined : source.name)}
          >
            {source.name === LOCAL_SOURCE ? 'Logs' : source.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
