import { down } from "../down.ts";
import { labOf } from "../folder.ts";
import { planNamed } from "../plan.ts";

/*
 * Takes a lab away when whoever brought it up is gone, in whatever way: `guardMain PLAN-PREFIX`. Its input
 * ends with that process. Where the lab is gone already, there is nothing to do.
 */

const [prefix = ""] = process.argv.slice(2);
process.stdin.resume();
process.stdin.once("end", () => void down(labOf(planNamed("mail", prefix))));
