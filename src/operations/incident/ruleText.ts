/** Lines of a chain's listing that are no rules: what makes it a base chain, and its comment above that. */
export const CHAIN_HEADER = /^(?:type \w+ hook |comment ")/;

const HANDLE = / # handle (\d+)$/;

/** A rule as `nft -a` prints it, without handles: its own, and those of rules in a chain without a name. */
export function ruleText(line: string): string {
  return line.replace(/ # handle \d+$/gm, "");
}

export function handleOf(line: string): string | null {
  return HANDLE.exec(line)?.[1] ?? null;
}
