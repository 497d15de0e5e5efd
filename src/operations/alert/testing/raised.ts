import type { Raised } from "../model.ts";

/** An alert that is nothing special. */
export function raisedOf(key: string, group: string, more: Partial<Raised> = {}): Raised {
  return {
    key,
    group,
    severity: "page",
    title: `${key} fails`,
    text: "",
    labels: {},
    link: null,
    ...more,
  };
}
