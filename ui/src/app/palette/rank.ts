/**
 * How well a text answers to typed words, higher is better; 0 where a word is missing. The start of the text counts more
 * than the start of a word in it, and that more than the middle of one.
 */
export function rank(text: string, typed: string): number {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const sought = text.toLowerCase();
  let sum = 1;
  for (const word of words) {
    const at = sought.indexOf(word);
    if (at === -1) return 0;
    const startsWord = at === 0 || /[^\p{L}\p{N}]/u.test(sought.charAt(at - 1));
    sum += at === 0 ? 3 : startsWord ? 2 : 1;
  }
  return sum;
}

/** Those that answer to what is typed, the best first, equal ones as they came. */
export function ranked<T>(items: readonly T[], typed: string, textOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: rank(textOf(item), typed) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ item }) => item);
}
