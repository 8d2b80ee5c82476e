/** UTF-16 offset of an offset in characters (code points), as the API counts. */
export function utf16Offset(text: string, characters: number): number {
  let offset = 0;
  for (let count = 0; count < characters && offset < text.length; count += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Offset in characters (code points) of a UTF-16 offset. */
export function characterOffset(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length;
}
