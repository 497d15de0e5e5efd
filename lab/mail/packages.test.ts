import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../test/requirements.ts";
import { requirePackages } from "./packages.ts";

/** A machine on which nothing is installed, as dpkg sees it. */
function bareMachine() {
  const folder = mkdtempSync(join(tmpdir(), "premortem-packages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { ...process.env, DPKG_ADMINDIR: folder };
}

describeWith(["dpkg"], "packages of the lab", () => {
  test("that are missing are named, with what installs them", () => {
    expect(() => requirePackages(bareMachine())).toThrow(
      /^packages are missing: nftables, .*postgresql-15; as root, `lab\/packages\.sh` installs them/,
    );
  });
});

describeWith(["dpkg", "mailLab"], "packages of a lab that can be up", () => {
  test("are not missing", () => {
    expect(() => requirePackages()).not.toThrow();
  });
});
