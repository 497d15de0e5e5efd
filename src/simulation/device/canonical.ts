import { listingWithoutLive } from "../../operations/change/runningHash.ts";

/**
 * A listing in a form that tells two of the same meaning from two that differ, as `canonical` of the device's part
 * makes it: each block in a line, in the order of names, without what live sets hold.
 */
export function canonical(listing: string): string {
  let table = "";
  let block: string | null = null;
  const lines: string[] = [];
  for (const line of listingWithoutLive(listing).split("\n")) {
    if (line.startsWith("table ")) table = line;
    else if (line === "\t}") {
      if (block !== null) lines.push(block);
      block = null;
    } else if (/^\t\t/.test(line)) block = `${block ?? ""}\u001e${line}`;
    else if (/^\t[^\t}].* \{$/.test(line)) block = `${table}${line}`;
    else if (/^\t[^\t}]/.test(line)) lines.push(`${table}${line}`);
  }
  return lines.sort().join("\n");
}

/** Sections that begin with a line `=== NAME`. */
export function sectionsOf(input: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let name: string | null = null;
  for (const line of input.split(/(?<=\n)/)) {
    const [, begins] = /^=== ([a-z]+)\n?$/.exec(line) ?? [];
    if (begins !== undefined) {
      name = begins;
      sections.set(name, "");
    } else if (name !== null) sections.set(name, `${sections.get(name) ?? ""}${line}`);
  }
  return sections;
}
