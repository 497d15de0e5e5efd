import { judgeRandom } from "./judgeCorpus.ts";

judgeRandom("rulesets made up at random", 1, 40);
