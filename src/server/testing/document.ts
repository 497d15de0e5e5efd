import { z } from "zod";

/** As much of an OpenAPI document as a test walks through. */
export interface ApiOperation {
  readonly method: string;
  /** With `{name}` for what its path has. */
  readonly path: string;
  readonly role: string | null;
  readonly parameters: readonly Parameter[];
  /** Null: it takes none. */
  readonly body: Schema | null;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

export type Schema = Readonly<Record<string, unknown>>;

const schema = z.record(z.string(), z.unknown());
const operation = z.object({
  "x-role": z.string().nullable(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema })).default([]),
  requestBody: z
    .object({ content: z.object({ "application/json": z.object({ schema }) }) })
    .optional(),
});
const document = z.object({
  openapi: z.literal("3.1.0"),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

export interface ApiDocument {
  readonly operations: readonly ApiOperation[];
  readonly schemas: ReadonlyMap<string, Schema>;
}

export function readDocument(value: unknown): ApiDocument {
  const { paths, components } = document.parse(value);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, ...rest }]) => ({
      method: method.toUpperCase(),
      path,
      role: rest["x-role"],
      parameters,
      body: requestBody?.content["application/json"].schema ?? null,
    })),
  );
  return { operations, schemas: new Map(Object.entries(components.schemas)) };
}

/** Every reference of a document that leads nowhere. */
export function danglingReferences(value: unknown, whole = value): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === "$ref" && typeof one === "string"
      ? isThere(whole, one.split("/").slice(1))
        ? []
        : [one]
      : danglingReferences(one, whole),
  );
}

function isThere(value: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  return isThere(Object.entries(value).find(([key]) => key === first)?.[1], rest);
}

/** The smallest value that a schema takes. */
export function sampleOf(schemas: ApiDocument["schemas"], one: Schema): unknown {
  const { $ref, anyOf, oneOf, type, enum: members, const: constant, default: usual } = one;
  if (typeof $ref === "string") return sampleOf(schemas, schemas.get(lastOf($ref)) ?? {});
  if (constant !== undefined) return constant;
  if (Array.isArray(members)) return members[0];
  const [choice] = [anyOf, oneOf].flatMap((all) => (Array.isArray(all) ? all : []));
  if (choice !== undefined) return sampleOf(schemas, choice);
  if (usual !== undefined) return usual;
  switch (Array.isArray(type) ? type[0] : type) {
    case "object":
      return Object.fromEntries(
        Object.entries(one["properties"] ?? {}).map(([key, member]) => [
          key,
          sampleOf(schemas, member),
        ]),
      );
    case "array":
      return [sampleOf(schemas, schema.parse(one["items"] ?? {}))];
    case "integer":
    case "number":
      return Number(one["minimum"] ?? 1);
    case "boolean":
      return false;
    case "string":
      return one["pattern"] === undefined ? "fw" : "0".repeat(HASH_DIGITS);
    default:
      return null;
  }
}

const HASH_DIGITS = 64;

function lastOf(reference: string): string {
  return reference.split("/").at(-1) ?? "";
}
