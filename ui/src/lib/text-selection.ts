/** Where a selection began and where its moving end is; UTF-16 offsets. */
export interface TextSelection {
  anchor: number;
  head: number;
}

/** The selection of a plain field, as the editor that takes its place counts it. */
export function selectionOf(field: HTMLInputElement | HTMLTextAreaElement): TextSelection {
  const end = field.value.length;
  const from = field.selectionStart ?? end;
  const to = field.selectionEnd ?? end;
  return field.selectionDirection === 'backward' ? { anchor: to, head: from } : { anchor: from, head: to };
}
