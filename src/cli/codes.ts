import { ENGINE_CODES, explanations } from "../engine/answer/explain.ts";
import { DRILL_CODES } from "../operations/drill/codes.ts";
import { NETWORK_CODES } from "../operations/inventory/codes.ts";
import { PLAYBOOK_CODES } from "../operations/playbook/codes.ts";

/** All codes of findings, with what they mean. */
export const ALL_CODES = explanations([
  ...ENGINE_CODES,
  NETWORK_CODES,
  PLAYBOOK_CODES,
  DRILL_CODES,
]);
