import { chmodSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { startSshd } from "../../../test/sshd.ts";
import { sshTransport } from "../../platform/transport/ssh.ts";
import { MONITOR } from "./listening.ts";

/** A folder with an nft that is told nothing, and says so when it is ended. */
function quietNft(): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-quiet-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "nft");
  writeFileSync(
    program,
    `#!/bin/sh\ntrap 'echo ended >>${folder}/said; exit' TERM\necho begun\nwhile :; do sleep 0.1; done\n`,
  );
  writeFileSync(join(folder, "said"), "");
  chmodSync(program, 0o755);
  return folder;
}

async function saidIn(folder: string): Promise<string> {
  const file = join(folder, "said");
  const said = () => readFileSync(file, "utf8").trim();
  if (said() !== "") return said();
  await new Promise<void>((resolve) => {
    const watcher = watch(file, () => {
      if (said() === "") return;
      watcher.close();
      resolve();
    });
  });
  return said();
}

describeWith(["sshd"], "a monitor over ssh", () => {
  test("that nobody reads any more ends, though it has nothing to say", async () => {
    const folder = quietNft();
    const sshd = await startSshd({ path: `${folder}:${process.env["PATH"]}` });
    onTestFinished(() => sshd.stop());
    const transport = sshTransport(sshd);
    onTestFinished(() => transport.close());
    const stream = transport.stream(MONITOR);
    const lines = stream.lines[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatch(/^\d+$/);
    expect((await lines.next()).value).toBe("begun");
    stream.stop();
    expect(await saidIn(folder)).toBe("ended");
  });
});
