import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { localTransport } from "../../platform/transport/local.ts";
import type { Transport } from "../../platform/transport/transport.ts";

/** Where `sh` and `cat` are, and no program of netfilter's: the ruleset of this machine is not asked for. */
const PATH = "/usr/bin:/bin";

/** This machine with another `nft` and `ip`: whoever reads it is told the listing, and no interface. */
export function paperDevice(listing: () => string): Transport {
  const folder = mkdtempSync(join(tmpdir(), "premortem-paper-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  write("nft", `cat "${folder}/listing"`);
  write("ip", "echo '[]'");
  const local = localTransport();
  return {
    ...local,
    run: (command, options) => {
      writeFileSync(join(folder, "listing"), listing());
      return local.run(["env", `PATH=${folder}:${PATH}`, ...command], options);
    },
  };
}
