import { useEffect } from "react";

/** Milliseconds after which focus that is nowhere is put back: dialogs return it by themselves within 10. */
const WAIT_MS = 40;
/** What may take the focus of something in it that went away. */
const PARTS = "section, article, form, dialog, main";

/** A button that waits is disabled, and one that has done its work goes away: either would drop the focus of
 * whoever has no mouse to the top of the page. It comes back to the button as soon as that can be pressed again,
 * else to the part of the page where it was. */
export function useKeptFocus(): void {
  useEffect(() => {
    let last: { readonly element: HTMLElement; readonly parents: readonly HTMLElement[] } | null =
      null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const remember = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement) last = { element: target, parents: parentsOf(target) };
    };
    /* Whoever points elsewhere wants the focus to go. */
    const forget = () => {
      last = null;
    };
    const restore = () => {
      timer = undefined;
      if (last === null || !isNowhere()) return;
      if (!last.element.isConnected) focusPart(last.parents);
      else if (!last.element.matches(":disabled")) last.element.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(() => {
      if (last !== null && isNowhere()) timer ??= setTimeout(restore, WAIT_MS);
    });
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["disabled"],
    });
    document.addEventListener("focusin", remember);
    document.addEventListener("pointerdown", forget);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("focusin", remember);
      document.removeEventListener("pointerdown", forget);
    };
  }, []);
}

function isNowhere(): boolean {
  const { activeElement, body } = document;
  return activeElement === null || activeElement === body || activeElement.matches(":disabled");
}

function parentsOf(element: HTMLElement): readonly HTMLElement[] {
  const parents: HTMLElement[] = [];
  for (let at = element.parentElement; at !== null; at = at.parentElement)
    if (at.matches(PARTS)) parents.push(at);
  return parents;
}

function focusPart(parents: readonly HTMLElement[]): void {
  const part = parents.find(({ isConnected }) => isConnected) ?? document.getElementById("content");
  if (part === null) return;
  part.tabIndex = -1;
  part.focus({ preventScroll: true });
}
