import { writeFileSync } from "node:fs";
import { drillJsonSchema } from "../src/operations/drill/schema.ts";
import { networkJsonSchema } from "../src/operations/inventory/jsonSchema.ts";
import { playbookJsonSchema } from "../src/operations/playbook/schema.ts";
import { answerSchemas } from "../src/report/schema/index.ts";

writeFileSync("docs/reference/premortem.schema.json", networkJsonSchema());
writeFileSync("docs/reference/playbook.schema.json", playbookJsonSchema());
writeFileSync("docs/reference/drill.schema.json", drillJsonSchema());
for (const [name, text] of answerSchemas()) writeFileSync(`docs/reference/${name}`, text);
