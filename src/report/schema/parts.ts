import { z } from "zod";

/** What several answers are made of. */

export const formatVersion = z
  .literal(1)
  .describe(
    "goes up where a field changes its meaning or goes away; where one is added, the schema of that version has it",
  );

const line = z.int().min(1).describe("from 1");

export const rulePlace = z
  .strictObject({
    file: z.string().describe("as it was named; `-` is standard input"),
    line,
    text: z.string().describe("the rule as it is written"),
  })
  .describe("a rule, where it stands");

export const policyPlace = z
  .strictObject({
    table: z.string().describe("family and name: `inet edge`"),
    chain: z.string(),
  })
  .describe("the policy of a base chain");

export const decider = z
  .union([
    z.strictObject({ rule: rulePlace }),
    z.strictObject({ policy: policyPlace }),
    z.strictObject({ kernel: z.string().describe("the kernel's own reason, such as no route") }),
  ])
  .nullable()
  .describe("what decides; null: no chain of the path's main hook sees the packets");

export const rejectWith = z
  .string()
  .nullable()
  .describe("in nft's words, such as `tcp reset`; null: no reject");

export const packet = z.string().describe("a packet that `premortem trace` takes");

export const dependsOn = z.array(z.string()).describe("unknowns that it hangs on, by name");

export const assumptions = z.array(z.string()).describe("what each proof rests on");

export const coverage = z
  .strictObject({
    lines: z.int().min(0).describe("lines with content: the sum of the others"),
    modelled: z.int().min(0),
    harmless: z.int().min(0),
    opaque: z.int().min(0).describe("known by name alone"),
    notUnderstood: z.int().min(0),
  })
  .describe("how much of the files is understood");

const repairEdit = z.strictObject({
  file: z.string(),
  line,
  endLine: z
    .int()
    .min(0)
    .describe("the last line that goes; one less than `line`: none goes, the text comes before it"),
  text: z.string().nullable().describe("whole lines; null: nothing comes in their place"),
  was: z.string().nullable().describe("the lines that go; null: none"),
});

export const repairs = z
  .array(
    z.strictObject({
      kind: z.enum(["undo", "move", "narrow", "add"]),
      title: z.string(),
      edits: z.array(repairEdit).describe("places are those of the files as they are"),
      command: z
        .string()
        .nullable()
        .describe("the same for the program that writes these rules; null: people do"),
      restores: z.array(z.string()).describe("ids of intents that hold again"),
      leaves: z.array(z.string()).describe("ids of intents that do not hold, as before"),
      breaks: z.array(z.string()).describe("ids of intents that fare worse: always empty"),
      proved: z.literal(true).describe("the edit was made, read and judged again"),
    }),
  )
  .describe("what mends intents that do not hold, best first");

export const untried = z.int().min(0).describe("repairs that were not tried for want of time");

export const place = {
  file: z.string().nullable(),
  line: line.nullable(),
};
