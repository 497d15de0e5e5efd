/* A server that has opened its data folder and waits: killed, it leaves its database behind. */
import { openDatabase } from "../open.ts";

const [folder = "", binaries = ""] = process.argv.slice(2);
const opened = await openDatabase({
  kind: "folder",
  folder,
  binaries: binaries === "" ? null : binaries,
});
process.stdout.write(opened.kind === "fault" ? `${opened.message}\n` : "opened\n");
if (opened.kind === "opened") {
  process.stdin.resume();
  process.stdin.once("end", () => void opened.close().then(() => process.exit()));
}
