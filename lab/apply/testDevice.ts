import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readListing, withoutLiveElements } from "../../src/operations/apply/listing.ts";
import { liveSets } from "../../src/operations/apply/liveSets.ts";
import { armInput as partInput } from "../../src/operations/apply/run.ts";
import { transitionScript } from "../../src/operations/apply/script.ts";

/* A device that is a namespace on the real kernel, and the script that it runs for an apply. */

export const WRAPPER = "src/operations/apply/device/premortem-device.sh";
export const EXIT = {
  done: 0,
  changed: 10,
  cannotRestore: 11,
  notLoaded: 12,
  tooLate: 13,
  superseded: 14,
  another: 15,
  busy: 16,
} as const;
/** Longer than any test. */
export const LONG_S = 600;

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export function here(
  command: string,
  args: readonly string[],
  input = "",
  env: NodeJS.ProcessEnv = process.env,
): Said {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8", env });
  return { code: status, out: stdout, error: stderr };
}

/** A namespace, and a folder of it that keeps records; `part` is the script, which a test may replace. */
export class TestDevice {
  readonly namespace: string;
  part = WRAPPER;
  state = "";
  env: NodeJS.ProcessEnv = process.env;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** New records. */
  begin(): void {
    this.part = WRAPPER;
    this.env = process.env;
    this.state = mkdtempSync(join(tmpdir(), "premortem-device-"));
  }

  inside(args: readonly string[], input = ""): Said {
    return here("ip", ["netns", "exec", this.namespace, ...args], input, this.env);
  }

  nft(script: string): void {
    const said = this.inside(["nft", "-f", "-"], script);
    if (said.code !== EXIT.done) throw new Error(said.error);
  }

  listing(): string {
    return this.inside(["nft", "-s", "list", "ruleset"]).out;
  }

  run(...args: readonly string[]): Said {
    return this.inside(["sh", this.part, this.state, ...args]);
  }

  look(id = 1): string {
    return this.run("look", String(id)).out.trim();
  }

  arm(id: number, seconds: number, input: string): Said {
    return this.inside(["sh", this.part, this.state, "arm", String(id), String(seconds)], input);
  }

  marker(id: number): string {
    return readFileSync(join(this.state, String(id), "marker"), "utf8").trim();
  }

  /** When the record of an apply says this. */
  async marked(id: number, marker: string): Promise<void> {
    if (this.marker(id) === marker) return;
    await new Promise<void>((resolve) => {
      const watcher = watch(join(this.state, String(id)), () => {
        if (this.marker(id) !== marker) return;
        watcher.close();
        resolve();
      });
      if (this.marker(id) === marker) resolve();
    });
  }
}

export const edge = (rules: string, bans = "") => `table inet edge {
	set bans {
		type ipv4_addr
		flags timeout
${bans}	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		ip saddr @bans drop
${rules}	}
}
`;
export const OTHERS = "table ip other {\n\tchain x {\n\t\tdrop\n\t}\n}\n";
export const BASE = edge("\t\ttcp dport 25 accept\n");
export const CANDIDATE = edge("\t\ttcp dport 25 drop\n");
export const BAN = "add element inet edge bans { 192.0.2.66 timeout 1h }\n";

/** What `arm` wants to know. */
export function armInput(
  base = BASE,
  candidate = CANDIDATE,
  load?: string,
  restore?: string,
): string {
  const kept = (text: string) => withoutLiveElements(readListing(text) ?? []);
  return partInput({
    tables: ["inet edge"],
    base,
    candidate,
    load: load ?? transitionScript(kept(base), kept(candidate)),
    restore: restore ?? transitionScript(kept(candidate), kept(base)),
    live: liveSets(kept(base), kept(candidate)),
  });
}
