import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Installs what the lab is made of; has the list. */
const SCRIPT = join(import.meta.dirname, "../packages.sh");

/** Debian's packages that the lab needs and that are not there; none where the machine has no dpkg to be asked. */
export function missingPackages(env = process.env): readonly string[] {
  try {
    execFileSync("dpkg-query", ["--version"], { stdio: "ignore" });
  } catch {
    return [];
  }
  const said = execFileSync(SCRIPT, ["--missing"], { encoding: "utf8", env });
  return said.split("\n").filter(Boolean);
}

/** Says which packages are missing, and what to do, before something fails that needs them. */
export function requirePackages(env = process.env): void {
  const missing = missingPackages(env);
  if (missing.length > 0)
    throw new Error(
      `packages are missing: ${missing.join(", ")}; as root, \`lab/packages.sh\` installs them, and starts no service`,
    );
}
