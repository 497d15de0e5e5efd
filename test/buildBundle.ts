import { execFileSync } from "node:child_process";

/** The command line is tested as it is shipped: the bundle is built before the first test. */
export default function setup(): void {
  execFileSync(process.execPath, ["scripts/build.js"], { stdio: "inherit" });
}
