// Shows the answer for the outage that premortem exists for. The proof over all packets is `diff`;
// until the command line has it, the mail that could not leave is traced before and after.
import { spawnSync } from "node:child_process";

const FOLDER = "examples/mail";

/** @param {readonly string[]} args */
function premortem(args) {
  console.log(`$ premortem ${args.map((arg) => (/[ >]/.test(arg) ? `'${arg}'` : arg)).join(" ")}`);
  const { status } = spawnSync(process.execPath, ["bin/premortem", ...args], { stdio: "inherit" });
  console.log();
  return status;
}

const PACKETS = [
  "tcp 10.10.2.11:40000 > 198.51.100.7:25 in=mail out=wan state=new",
  "tcp 10.10.2.11:40000 > 10.10.4.10:5432 in=mail out=db state=new",
];

let worst = 0;
for (const packet of PACKETS) {
  for (const version of ["edge.nft", "edge-behind.nft"])
    worst = Math.max(worst, premortem(["trace", `${FOLDER}/${version}`, packet]) ?? 2);
}
console.log("The proof over all packets, `premortem diff`, is not in the command line yet.");
process.exitCode = worst;
