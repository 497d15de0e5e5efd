import { useEffect, useRef } from "react";

/** Milliseconds after which the page takes the focus: the palette returns its own within 10. */
const WAIT_MS = 40;

/** Another page begins at its top, for the keyboard and for those who listen as well. */
export function usePageFocus(path: string): void {
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    const timer = setTimeout(() => {
      const content = document.getElementById("content");
      /* A page that has put it somewhere in itself knows better. */
      if (content === null || content.contains(document.activeElement)) return;
      content.focus({ preventScroll: true });
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [path]);
}
