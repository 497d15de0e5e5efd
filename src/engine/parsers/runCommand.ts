import type { Diagnostic } from "../base/diagnostic.ts";
import type { Device, ParseInput, ParseResult } from "../device/device.ts";
import { parseIpset } from "./ipset/index.ts";
import { parseIptables } from "./iptables/index.ts";
import { parseNft } from "./nft/index.ts";

/** What a command of a shell does to a device. */
export interface CommandResult {
  /** As before, where the command is refused. */
  readonly device: Device;
  /** Why it is refused; empty where it is not. */
  readonly errors: readonly Diagnostic[];
}

/**
 * Runs `nft …`, `iptables …`, `ip6tables …` or `ipset …` as one would type it; null where the line
 * is none of them. `name` is the file that diagnostics are told of.
 */
export function runCommand(device: Device, line: string, name: string): CommandResult | null {
  const [, tool, words = ""] = /^(nft|iptables|ip6tables|ipset)\s+(.+)$/.exec(line) ?? [];
  if (tool === undefined) return null;
  const result = parseAs(tool, words, device, name);
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  return errors.length > 0 ? { device, errors } : { device: result.device, errors };
}

function parseAs(tool: string, words: string, onto: Device, name: string): ParseResult {
  const of = (text: string): ParseInput => ({
    files: new Map([[name, text]]),
    roots: [name],
    onto,
    keepRefused: false,
  });
  switch (tool) {
    case "nft":
      return parseNft(of(`${unquoted(words)}\n`));
    case "ipset":
      return parseIpset(of(`${words}\n`));
    default: {
      const [, table = "filter"] = /(?:^|\s)(?:-t|--table)\s+(\S+)/.exec(words) ?? [];
      const rule = words.replace(/(?:^|\s)(?:-t|--table)\s+\S+/, "").trim();
      const text = `*${table}\n${rule}\nCOMMIT\n`;
      const family = tool === "iptables" ? "ip" : "ip6";
      return parseIptables({ ...of(text), family, noFlush: true });
    }
  }
}

/** In a shell the whole command stands in quotes, or its braces and semicolons are escaped. */
function unquoted(words: string): string {
  const [, inner = words] = /^(['"])(.*)\1$/.exec(words)?.slice(1) ?? [];
  return inner.replace(/\\([;{}*])/g, "$1");
}
