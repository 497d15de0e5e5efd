import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** Debian's Alertmanager on loopback with this configuration, for one test; gives its address. */
export async function startAlertmanager(configuration: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-alertmanager-"));
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, configuration);
  const process = spawn(
    "prometheus-alertmanager",
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, "data")}`,
      "--cluster.listen-address=",
      "--web.listen-address=127.0.0.1:0",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(process, "exit");
  onTestFinished(async () => {
    process.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    createInterface(process.stderr).on("line", (line) => {
      said.push(line);
      const address = /msg="Listening on" address=(\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    void ended.then(() => reject(new Error(`Alertmanager does not start: ${said.join("\n")}`)));
  });
}
