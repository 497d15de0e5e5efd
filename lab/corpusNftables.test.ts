import { judgeCorpus } from "./judgeCorpus.ts";

judgeCorpus("rulesets of nftables", ({ name }) => !name.startsWith("iptables/"));
