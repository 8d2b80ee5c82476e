import type { NameCount, SavedContent, SavedQuery } from '@/api/saved';
import type { SavedSearch, SavedSort } from './saved-search';

export interface FolderNode {
  name: string;
  /** All names from the outermost folder, separated by `/`. */
  path: string;
  /** Queries in it and in the folders inside. */
  count: number;
  children: FolderNode[];
}

/** Folders as a tree; a folder that only holds folders is there too. */
export function folderTree(folders: NameCount[]): FolderNode[] {
  const roots: FolderNode[] = [];
  for (const { name, count } of folders) {
    let level = roots;
    let path = '';
    for (const part of name.split('/')) {
      path = path === '' ? part : `${path}/${part}`;
      let node = level.find((candidate) => candidate.name === part);
      if (node === undefined) {
        node = { name: part, path, count: 0, children: [] };
        level.push(node);
      }
      node.count += count;
      level = node.children;
    }
  }
  sortTree(roots);
  return roots;
}

function sortTree(nodes: FolderNode[]): void {
  nodes.sort((left, right) => left.name.localeCompare(right.name));
  for (const { children } of nodes) sortTree(children);
}

/** The queries that the choices of the page leave, in its order. */
export function chosen(queries: SavedQuery[], search: SavedSearch): SavedQuery[] {
  const { folder, tag, favourites } = search;
  return sorted(
    queries.filter(
      (query) =>
        (folder === undefined || query.folder === folder || query.folder.startsWith(`${folder}/`)) &&
        (tag === undefined || query.tags.includes(tag)) &&
        (favourites !== true || query.favourite) &&
        hasWords(query, search.q),
    ),
    search.sort ?? 'name',
  );
}

/** True where every word stands somewhere in what is said of a query. */
export function hasWords(content: SavedContent, words: string | undefined): boolean {
  if (words === undefined) return true;
  const { name, folder, tags, description, text, source } = content;
  const searchable = [name, folder, ...tags, description, text, source ?? ''].join('\n').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searchable.includes(word));
}

function sorted(queries: SavedQuery[], by: SavedSort): SavedQuery[] {
  const key = {
    name: () => '',
    used: (query: SavedQuery) => query.last_used_at ?? '',
    changed: (query: SavedQuery) => query.updated_at,
  }[by];
  return queries.toSorted(
    (left, right) => key(right).localeCompare(key(left)) || left.name.localeCompare(right.name),
  );
}

/** A name for a copy that no query has yet. */
export function copyName(name: string, queries: SavedQuery[]): string {
  const taken = new Set(queries.map((query) => query.name.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const copy = number === 1 ? `${name} (copy)` : `${name} (copy ${number})`;
    if (!taken.has(copy.toLowerCase())) return copy;
  }
}
