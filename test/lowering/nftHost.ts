import { spawnSync } from "node:child_process";

/** Longest that nft may take for one text. */
const TIMEOUT_MS = 60_000;
const MAXIMUM_OUTPUT = 512 * 1024 * 1024;

/** Why nft cannot be asked in a namespace of its own; null where it can. */
export const NO_NFT: string | null = whyNot();

function whyNot(): string | null {
  const { status, error } = spawnSync("unshare", ["-n", "nft", "list", "ruleset"]);
  if (error !== undefined) return "needs unshare";
  return status === 0 ? null : "needs nft, and the right to make a network namespace";
}

export interface NftAnswer {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a shell script in a fresh network namespace that has the interfaces named, all gone after. */
export function inNamespace(
  interfaces: readonly string[],
  script: string,
  input: string,
): NftAnswer {
  const links = interfaces.map((name) => `ip link add ${name} type ifb`);
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["-n", "sh", "-c", [...links, script].join("\n")],
    { encoding: "utf8", input, timeout: TIMEOUT_MS, maxBuffer: MAXIMUM_OUTPUT },
  );
  return { ok: status === 0, output: status === 0 ? stdout : stderr };
}
