import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Caller, Role } from "../platform/auth/actor.ts";
import { errorBody } from "./contract/common.ts";
import { apiError, CallError, errorOf, isTrouble, type Problem, type Trouble } from "./errors.ts";

/** What one route of the API takes and gives. */
export interface Operation<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Result extends z.ZodType,
> {
  readonly method: "get" | "post" | "put" | "delete";
  /** With `{name}` for what its path has. */
  readonly path: string;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly role: Needed;
  readonly params?: Path;
  readonly query?: Query;
  readonly body?: Body;
  readonly result: Result;
  readonly run: (
    call: Call<z.infer<Path>, z.infer<Query>, z.infer<Body>>,
  ) => Promise<z.input<Result> | Trouble>;
}

export interface Call<Path, Query, Body> {
  readonly params: Path;
  readonly query: Query;
  readonly body: Body;
  /** Nobody, where nobody has to say who they are. */
  readonly actor: Caller;
  /** For what stands in headers: cookies, and where a call comes from. */
  readonly context: Context;
}

/** Puts an operation in its place. */
export type Mount = (app: OpenAPIHono, gate: Gate) => void;

/**
 * What somebody must be good for. `any`: whoever has to do with the network; `helpdesk`: the help desk too;
 * `token`: whoever is known, an admin too; null: nobody has to say who they are.
 */
export type Needed = Role | "any" | "token" | null;

/** Says who calls, or ends the call. `isUse` false: somebody listens on, by which no session lives longer. */
export type Gate = (context: Context, role: Needed, isUse?: boolean) => Promise<Caller>;

/** Bytes of a body: the files of one change have 8 million characters at most, in JSON. */
export const MAXIMUM_BODY_BYTES = 32 * 1024 * 1024;

export function operation<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Result extends z.ZodType,
>(one: Operation<Path, Query, Body, Result>): Mount {
  return (app, gate) => {
    app.openAPIRegistry.registerPath(describe(one));
    const path = one.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(one.method.toUpperCase(), path, async (context) => {
      const actor = await gate(context, one.role);
      const params = read(one.params, context.req.param(), "path");
      const query = read(one.query, context.req.query(), "query");
      const body = one.body === undefined ? undefined : await readJson(one.body, context);
      /* Each is undefined only where the operation does not ask for it. */
      const call = { params, query, body, actor, context } as Call<
        z.infer<Path>,
        z.infer<Query>,
        z.infer<Body>
      >;
      const result = await one.run(call);
      if (typeof result === "object" && result !== null && isTrouble(result))
        throw new CallError(errorOf(result));
      /* What the contract does not name stays inside; what does not fit it is a defect, and told as one. */
      return context.json(one.result.parse(result));
    });
  };
}

/** What a schema makes of a value, or an error that says where. */
function read<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
  where: string,
): z.infer<Schema> | undefined {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }): Problem => ({
      path: [where, ...path.map(String)].join("."),
      message,
    }),
  );
  const [first] = problems;
  const told = first === undefined ? "" : `: ${first.path}: ${first.message}`;
  throw new CallError(
    apiError(400, "badRequest", `what was sent is not as it should be${told}`, HELP, problems),
  );
}

const HELP = "compare it with /openapi.json";

async function readJson<Schema extends z.ZodType>(
  schema: Schema,
  { req }: Context,
): Promise<z.infer<Schema> | undefined> {
  const type = req.header("content-type") ?? "";
  if (!/^application\/json\b/i.test(type))
    throw new CallError(
      apiError(400, "badRequest", "the body is not JSON", "send `Content-Type: application/json`"),
    );
  const text = await req.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CallError(apiError(400, "badRequest", `the body is not JSON: ${said}`, HELP));
  }
  return read(schema, value, "body");
}

const ERRORS: Readonly<Record<string, string>> = {
  400: "what was sent is not as it should be",
  401: "no token or session that is known",
  403: "the role is missing, or the call comes from another site",
  404: "what was named is not there",
  409: "it may not be done now; the message says why",
  413: "too much was sent",
  429: "too often; `Retry-After` says when to come back",
  500: "a defect of premortem",
  502: "the device could not be asked",
};

/** What every route may answer beside what it is for. */
const ERROR_RESPONSES = Object.fromEntries(
  Object.entries(ERRORS).map(([status, description]) => [
    status,
    { description, content: { "application/json": { schema: errorBody } } },
  ]),
);

/** How a route that answers in another form than JSON stands in the document. */
export function describeText(
  app: OpenAPIHono,
  path: string,
  {
    summary,
    role,
    type,
  }: { readonly summary: string; readonly role: Needed; readonly type: string },
): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path,
    summary,
    ...guardOf(role),
    responses: {
      200: { description: "done", content: { [type]: { schema: { type: "string" } } } },
      ...ERROR_RESPONSES,
    },
  });
}

function guardOf(role: Needed) {
  return { security: role === null ? [] : [{ token: [] }, { session: [] }], "x-role": role };
}

function describe<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Result extends z.ZodType,
>({
  method,
  path,
  summary,
  role,
  params,
  query,
  body,
  result,
}: Operation<Path, Query, Body, Result>) {
  return createRoute({
    method,
    path,
    summary,
    ...guardOf(role),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined
        ? {}
        : { body: { required: true, content: { "application/json": { schema: body } } } }),
    },
    responses: {
      200: { description: "done", content: { "application/json": { schema: result } } },
      ...ERROR_RESPONSES,
    },
  });
}
