/** Text in pieces; those with an address are links. */
export interface LinkedPiece {
  text: string;
  href: string | null;
}

const ADDRESS = new RegExp(String.raw`\bhttps?://[^\s"'<>\u0000-\u001f]+`, 'g');

/** Finds web addresses; punctuation that ends a sentence is not part of one, nor a bracket it did not open. */
export function splitLinks(text: string): LinkedPiece[] {
  const pieces: LinkedPiece[] = [];
  let last = 0;
  for (const match of text.matchAll(ADDRESS)) {
    let address = match[0].replace(/[.,;:!?]+$/, '');
    if (address.endsWith(')') && !address.includes('(')) address = address.slice(0, -1);
    if (address.endsWith(']') && !address.includes('[')) address = address.slice(0, -1);
    if (match.index > last) pieces.push({ text: text.slice(last, match.index), href: null });
    pieces.push({ text: address, href: address });
    last = match.index + address.length;
  }
  if (last < text.length) pieces.push({ text: text.slice(last), href: null });
  return pieces;
}
