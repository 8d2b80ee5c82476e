/** Cuts text that arrives in pieces into lines; an unfinished line waits for its rest. */
export class LineSplitter {
  private rest = '';

  push(text: string): string[] {
    const end = text.lastIndexOf('\n');
    if (end === -1) {
      // A long line comes in many pieces, which are not gone through again with each.
      this.rest += text;
      return [];
    }
    const lines = (this.rest + text.slice(0, end)).split('\n');
    this.rest = text.slice(end + 1);
    return lines.filter((line) => line !== '');
  }

  /** What is left at the end of the answer. */
  end(): string[] {
    const last = this.rest;
    this.rest = '';
    return last === '' ? [] : [last];
  }
}
