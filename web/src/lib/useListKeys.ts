import { useHotkeys } from "@mantine/hooks";
import { useRef } from "react";

/** `j` and `k` go down and up through what is marked `data-list-item` below the element that gets the ref. */
export function useListKeys() {
  const list = useRef<HTMLDivElement>(null);
  const move = (step: number) => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>("[data-list-item]") ?? [])];
    if (items.length === 0) return;
    const here = items.indexOf(document.activeElement as HTMLElement);
    const next = here === -1 ? (step > 0 ? 0 : items.length - 1) : here + step;
    items[Math.min(Math.max(next, 0), items.length - 1)]?.focus();
  };
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
  ]);
  return list;
}
