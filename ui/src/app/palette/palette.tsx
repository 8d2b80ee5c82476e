import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useApi } from '@/api/client';
import { Keys } from '@/components/keys';
import { useSaved } from '@/components/saved/saved-context';
import { useSavedQueries } from '@/components/saved/use-saved';
import { useAllCommands } from '@/lib/shortcuts/use-commands';
import { loadFound, type Found } from './finders';
import { ranked } from './rank';
import classes from './palette.module.css';

const GROUP_LIMIT = 6;

interface Item {
  id: string;
  title: string;
  detail: string;
  group: string;
  keys: string | undefined;
  run: () => void;
}

/**
 * Every command that can run now, and what is stored under a name: recent searches, saved queries, dashboards, notes and
 * fields. Opens each time `requests` grows.
 */
export default function Palette({ requests }: { requests: number }) {
  const [[store, palette]] = useState(createSpotlight);
  const [typed, setTyped] = useState('');
  const commands = useAllCommands();
  const found = useFound(requests);
  const saved = useSavedItems();
  const navigate = useNavigate();

  useEffect(() => {
    palette.open();
  }, [palette, requests]);

  const sought = typed.trim();
  const items: Item[] = commands
    .filter((command) => command.onlyKeys !== true)
    .map(({ id, title, group, keys, run }) => ({ id, title, detail: '', group, keys: keys?.[0], run }));
  const shown = ranked(items, sought, (item) => `${item.title} ${item.group}`);
  // Without a word only the searches of before are worth their place.
  const named = sought === '' ? found.filter((one) => one.group === 'Recent searches').slice(0, 3) : found;
  const groups = grouped([
    ...shown,
    ...(sought === '' ? [] : ranked(saved, sought, (item) => `${item.title} ${item.detail}`)),
    ...ranked(named, sought, (one) => `${one.title} ${one.detail}`).map((one): Item => ({
      ...one,
      keys: undefined,
      run: () => void navigate({ href: one.href }),
    })),
    ...(sought === '' ? [] : [searchItem(sought, (href) => void navigate({ href }))]),
  ]);
  return (
    <Spotlight.Root
      store={store}
      shortcut={null}
      query={typed}
      onQueryChange={setTyped}
      clearQueryOnClose
      scrollable
      maxHeight={440}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      shadow="none"
      styles={{ content: { border: '1px solid var(--border-strong)' } }}
      classNames={{ actionsGroup: classes.group, action: classes.action, search: classes.search }}
    >
      <Spotlight.Search
        placeholder="Run a command, or find a page, a search, a field, a note"
        aria-label="Run a command"
        leftSection={<IconSearch size={16} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {groups.map(([group, list]) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {list.map((item) => (
              <Spotlight.Action
                key={item.id}
                highlightQuery
                label={item.title}
                description={item.detail}
                rightSection={item.keys !== undefined && <Keys of={item.keys} />}
                onClick={item.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function searchItem(text: string, go: (href: string) => void): Item {
  return {
    id: 'search:typed',
    title: `Search the logs for: ${text}`,
    detail: '',
    group: 'Search',
    keys: undefined,
    run: () => go(`/explore?q=${encodeURIComponent(JSON.stringify(text))}`),
  };
}

/** Saved queries, which may ask for values before they open. */
function useSavedItems(): Item[] {
  const queries = useSavedQueries().data?.items ?? [];
  const { open } = useSaved();
  return queries.map((query) => ({
    id: `saved:${query.id}`,
    title: query.name,
    detail: query.text,
    group: 'Saved queries',
    keys: undefined,
    run: () => open({ source: 'saved-queries', query }),
  }));
}

function useFound(requests: number): Found[] {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['palette', requests],
    queryFn: () => loadFound({ api, storage: window.localStorage }),
    gcTime: 60_000,
    staleTime: Infinity,
    placeholderData: (previous) => previous,
  });
  return data ?? [];
}

/** By group in the order in which they come; found things are cut, commands are not. */
function grouped(items: Item[]): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const list = groups.get(item.group) ?? [];
    groups.set(item.group, list);
    const isCommand = !item.id.includes(':');
    if (isCommand || list.length < GROUP_LIMIT) list.push(item);
  }
  return [...groups];
}
