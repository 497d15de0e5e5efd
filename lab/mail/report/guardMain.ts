import { text } from "node:stream/consumers";
import { down } from "../down.ts";
import { labOf } from "../folder.ts";
import { planNamed } from "../plan.ts";

/*
 * Takes a lab away when whoever brought it up is gone, in whatever way: `guardMain PREFIX`. Its input ends
 * with that process; a word on it says that the lab is away already, and another may have its place.
 */

const [prefix = ""] = process.argv.slice(2);
if ((await text(process.stdin)) === "") await down(labOf(planNamed("mail", prefix)));
