import type { DashboardSummary } from '@/api/dashboards';

/** Those that have every word in their name, description, folder or tags. */
export function found(all: DashboardSummary[], text: string): DashboardSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ name, description, folder, tags }) => {
    const all = [name, description, folder, ...tags].join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** By folder, favourites first in each; those without a folder come first. */
export function byFolder(all: DashboardSummary[]): [folder: string, inside: DashboardSummary[]][] {
  const folders = new Map<string, DashboardSummary[]>();
  for (const dashboard of all)
    folders.set(dashboard.folder, [...(folders.get(dashboard.folder) ?? []), dashboard]);
  return [...folders]
    .map(([folder, inside]): [string, DashboardSummary[]] => [
      folder,
      inside.toSorted((one, other) => Number(other.favourite) - Number(one.favourite)),
    ])
    .sort(([one], [other]) => one.localeCompare(other));
}
