import { z } from "zod";

export const soloSchema = z
  .strictObject({
    pause: z
      .string()
      .default("10m")
      .describe("between saying what would be lost and approving: `10m`, from a minute to a day"),
  })
  .describe(
    "where nobody else may approve, the only approver may approve an own change, marked as not four eyes",
  );
