/** Columns that go together under a name. */
export interface ColumnSet {
  name: string;
  columns: string[];
  pinned: number;
}

function isSet(value: unknown): value is ColumnSet {
  const set = value as Partial<ColumnSet> | null;
  return (
    typeof set?.name === 'string' &&
    typeof set.pinned === 'number' &&
    Array.isArray(set.columns) &&
    set.columns.every((name) => typeof name === 'string')
  );
}

/** The sets that can be read, by name. */
export function readSets(stored: readonly unknown[]): ColumnSet[] {
  return stored.filter(isSet).toSorted((left, right) => left.name.localeCompare(right.name));
}

/** The sets with this one; one of the same name gives way. */
export function withSet(sets: readonly ColumnSet[], set: ColumnSet): ColumnSet[] {
  return readSets([...sets.filter(({ name }) => name !== set.name), set]);
}

/** The set that is shown now, where there is one. */
export function shownSet(
  sets: readonly ColumnSet[],
  columns: readonly string[],
  pinned: number,
): ColumnSet | undefined {
  return sets.find((set) => set.pinned === pinned && set.columns.join('\n') === columns.join('\n'));
}
