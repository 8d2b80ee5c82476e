/**
 * Keys for the elements of the rows that are drawn. Rows that stay keep theirs. After a jump that leaves none of them, the
 * rows take over the keys of those before, so that their elements are filled anew and not made anew.
 */
export class RowKeys {
  private first = 0;
  private keys: readonly number[] = [];
  private given = 0;

  /** Of the rows from `first` up to `end`. */
  of(first: number, end: number): readonly number[] {
    const shift = this.overlaps(first, end) ? first - this.first : 0;
    const before = this.keys;
    this.first = first;
    this.keys = Array.from(
      { length: Math.max(end - first, 0) },
      (_, offset) => before[offset + shift] ?? this.next(),
    );
    return this.keys;
  }

  /** Whether some of these rows are drawn already. */
  overlaps(first: number, end: number): boolean {
    return first < this.first + this.keys.length && this.first < end;
  }

  private next(): number {
    this.given += 1;
    return this.given;
  }
}
