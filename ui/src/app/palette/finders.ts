import type { ApiClient } from '@/api/client';
import { quoted } from '@/lib/explore-link';

/** Something that the palette leads to beside commands. */
export interface Found {
  id: string;
  title: string;
  /** What it is about, in fewer words than the title has. */
  detail: string;
  group: 'Recent searches' | 'Dashboards' | 'Fields' | 'Notes';
  /** An address of the interface. */
  href: string;
}

interface Sources {
  api: Pick<ApiClient, 'fields' | 'named' | 'notes'>;
  storage: Pick<Storage, 'getItem'>;
}

const ADDRESS = '/explore?';

function explore(parameters: Record<string, string | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value != null && value !== '') search.set(name, JSON.stringify(value));
  return ADDRESS + search.toString();
}

export function recentSearches(storage: Pick<Storage, 'getItem'>): Found[] {
  try {
    const texts: unknown = JSON.parse(storage.getItem('click-lite.explore.queries') ?? '[]');
    return (Array.isArray(texts) ? texts : [])
      .filter((text) => typeof text === 'string')
      .map((text) => ({
        id: `search:${text}`,
        title: text,
        detail: '',
        group: 'Recent searches',
        href: explore({ q: text }),
      }));
  } catch {
    return [];
  }
}

async function fields({ api }: Sources): Promise<Found[]> {
  const { fields: found } = await api.fields({ query: '*' });
  return found.map(({ name, values }) => ({
    id: `field:${name}`,
    title: name,
    detail: values
      .slice(0, 3)
      .map(({ value }) => value)
      .join(', '),
    group: 'Fields',
    href: explore({ q: `${/^[\w.@/-]+$/.test(name) ? name : quoted(name)}:*` }),
  }));
}

async function dashboards({ api }: Sources): Promise<Found[]> {
  const items = await api.named('/api/v1/dashboards');
  return items.map(({ id, name, description }) => ({
    id: `dashboard:${id}`,
    title: name,
    detail: description ?? '',
    group: 'Dashboards',
    href: `/dashboards/${encodeURIComponent(id)}`,
  }));
}

async function notes({ api }: Sources): Promise<Found[]> {
  const found = await api.notes({});
  return found
    .filter((note) => note.text !== '')
    .map((note) => {
      const time = Date.parse(note.timestamp);
      const around = (ms: number) => new Date(time + ms).toISOString();
      return {
        id: `note:${note.id}`,
        title: note.text,
        detail: note.excerpt,
        group: 'Notes',
        href: explore({
          from: around(-300_000),
          to: around(300_000),
          row: `${note.ingest_id}@${note.timestamp}`,
        }),
      };
    });
}

/** Everything that can be found; a source that cannot be read now has nothing to find. */
export async function loadFound(sources: Sources): Promise<Found[]> {
  const settled = await Promise.allSettled([
    Promise.resolve(recentSearches(sources.storage)),
    dashboards(sources),
    notes(sources),
    fields(sources),
  ]);
  return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}
