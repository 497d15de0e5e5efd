import { writeFileSync } from "node:fs";
import { networkJsonSchema } from "../src/operations/inventory/jsonSchema.ts";

writeFileSync("docs/reference/premortem.schema.json", networkJsonSchema());
