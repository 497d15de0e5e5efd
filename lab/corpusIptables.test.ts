import { judgeCorpus } from "./judgeCorpus.ts";

judgeCorpus("rulesets of iptables", ({ name }) => name.startsWith("iptables/"));
