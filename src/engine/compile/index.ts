/**
 * Rules as decision diagrams: what happens to every packet of a path, at once. Several devices that
 * are to be compared share one `Analysis`, in which equal fates of equal headers are equal nodes.
 *
 * Everything here may throw `NodeLimitError` (see `bdd`).
 */

export { canonicalStatements, canonicalText } from "./canonical.ts";
export {
  type Analysis,
  beginAnalysis,
  beginPath,
  type CompiledPath,
  compilePath,
  headersUnder,
} from "./compilePath.ts";
export {
  type DeviceFacts,
  deviceFacts,
  familiesOf,
  type HookedChain,
  needsTracking,
} from "./facts.ts";
export { ACCEPT, DROP, type Fate, Fates, NONE, RETURN } from "./fates.ts";
export { laterPacketsOf } from "./firstPacket.ts";
export { type Outline, outlineOf, type Sought } from "./outline.ts";
export { ANSWERED, LATER_PACKET } from "./readConntrack.ts";
export { isLoopback } from "./readSelector.ts";
export { rejectFor } from "./rejects.ts";
export { TRANSLATED_FLOW } from "./replies.ts";
export { countedNames, type NameOptions, ruleNames, rulePlace, tableName } from "./ruleNames.ts";
export type { Exit } from "./ruleProgress.ts";
export {
  DEEPEST_JUMP,
  type Decider,
  isShared,
  type RuleVisit,
  writesNothing,
} from "./runChain.ts";
export { type RuleRun, runRule } from "./runRule.ts";
export type { NamedRule, Span } from "./spans.ts";
export { type StandaloneChain, standaloneChains } from "./standalone.ts";
export { ASIDE, type WrittenField } from "./store.ts";
export { type ToldDecider, type ToldFate, tellFate } from "./toldFate.ts";
export {
  bitsOfPiece,
  constantBits,
  mergedBits,
  numberOf,
  type Piece,
  type PieceValue,
  type Value,
} from "./value.ts";
export {
  type Ending,
  type FinalState,
  sameDecider,
  type WalkWithStates,
  walkRegion,
  walkWithStates,
} from "./walkTraveller.ts";
export { type Deed, forkWorld, type World } from "./world.ts";
