import { RuleMemory } from "../../engine/parsers/nft/index.ts";

/**
 * What runs and what shall run have all lines but a few in common, and so have two moments of a device: none is read
 * twice, and what was worked out of its statements is found again.
 */
export const RULES = new RuleMemory();
