// Makes a fresh clone ready: installs what the lock file names where that was not done yet, and
// builds the bundle. Runs before `npm start` and `npm test`; it needs Node alone.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const installed = "node_modules/.package-lock.json";
const isInstalled =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync("package.json").mtimeMs;

if (isInstalled) {
  for (const script of ["scripts/build.js", "scripts/buildPlayground.js", "scripts/buildWeb.js"])
    execFileSync(process.execPath, [script], { stdio: "inherit" });
} else execFileSync("npm", ["ci", "--no-fund", "--no-audit"], { stdio: ["ignore", 2, 2] });
