import { useEffect, useRef, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { selectionOf } from '@/lib/text-selection';
import type { EditorCallbacks, QueryEditor } from './editor';

interface EditorPlace {
  host: RefObject<HTMLDivElement | null>;
  /** Stands in for the editor until its program is there. */
  input: RefObject<HTMLInputElement | null>;
}

/**
 * The editor of the search language, which is half of Explore's program and so comes after the page. Text, cursor and
 * focus move from the plain input into it; `null` until then, and for good where it cannot be loaded.
 */
export function useEditor({ host, input }: EditorPlace, callbacks: EditorCallbacks): QueryEditor | null {
  const [editor, setEditor] = useState<QueryEditor | null>(null);
  const latest = useRef(callbacks);
  useEffect(() => {
    latest.current = callbacks;
  });
  useEffect(() => {
    let created: QueryEditor | null = null;
    let isGone = false;
    import('./editor').then(
      ({ createEditor }) => {
        const plain = input.current;
        if (isGone || host.current === null || plain === null) return;
        const next = createEditor(
          host.current,
          {
            text: plain.value,
            selection: selectionOf(plain),
            hasFocus: document.activeElement === plain,
          },
          () => latest.current,
        );
        created = next;
        // At once: a key pressed while both are there would go to the input, and be lost with it.
        flushSync(() => setEditor(next));
      },
      () => undefined,
    );
    return () => {
      isGone = true;
      created?.destroy();
      setEditor(null);
    };
  }, [host, input]);
  return editor;
}
