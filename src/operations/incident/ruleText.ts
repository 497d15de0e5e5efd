/** The line of a chain's listing that makes it a base chain. */
export const CHAIN_HEADER = /^type \w+ hook /;

const HANDLE = / # handle (\d+)$/;

/** A line as `nft -a` prints it, without its handle. */
export function ruleText(line: string): string {
  return line.replace(HANDLE, "");
}

export function handleOf(line: string): string | null {
  return HANDLE.exec(line)?.[1] ?? null;
}
