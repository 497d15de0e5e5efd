/** The line of a chain's listing that makes it a base chain. */
export const CHAIN_HEADER = /^type \w+ hook /;

const HANDLE = / # handle (\d+)$/;

/** A rule as `nft -a` prints it, without its handle. */
export function ruleText(line: string): string {
  return line.replace(HANDLE, "");
}

export function handleOf(line: string): string | null {
  return HANDLE.exec(line)?.[1] ?? null;
}

/** Rules as lines with a number among their equals, since a chain may say the same twice. */
export function numbered(lines: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return lines.map((line) => {
    const text = ruleText(line);
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    return `${count} ${text}`;
  });
}

/** The rule behind its number. */
export function textOfId(id: string): string {
  return id.slice(id.indexOf(" ") + 1);
}
