// Shows the answer for the outage that premortem exists for: what the rule changed, and what the
// smaller one would have changed. Until there is a server this is what a visitor sees first.
import { spawnSync } from "node:child_process";

const FOLDER = "examples/mail";
const DIFFERENT = 1;

/** @param {readonly string[]} args */
function premortem(args) {
  console.log(`$ bin/premortem ${args.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, ["bin/premortem", ...args], { stdio: "inherit" });
  console.log();
  return status;
}

console.log(`A rule went in unreviewed, and mail could not leave for three and a half hours.
This is what it changed, proved before it ships:
`);
const status = premortem(["diff", `${FOLDER}/edge.nft`, `${FOLDER}/edge-behind.nft`]);
console.log(`Next: bin/premortem diff BEFORE AFTER with rulesets of your own
      bin/premortem trace ${FOLDER}/edge-behind.nft 'tcp 10.10.2.11:40000 > 198.51.100.7:25 in=mail out=wan state=new'
      bin/premortem --help`);
process.exitCode = status === DIFFERENT ? 0 : (status ?? 2);
