import type { Context } from "hono";
import type { LoginAnswer } from "../../operations/access/passwordLogin.ts";
import type { From } from "../../operations/access/sessions.ts";
import { type OpenedSession, sessionEndMs } from "../../platform/auth/sessions.ts";
import { refuse } from "../../platform/refusal.ts";
import { comerOf } from "../comer.ts";
import { idPath } from "../contract/common.ts";
import * as contract from "../contract/session.ts";
import { giveSession, sessionSecretOf, takeSession } from "../credentials.ts";
import { foreignOrigin } from "../crossSite.ts";
import { type ApiError, apiError, CallError } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "sessions" | "passwordLogin">;

export function sessionRoutes(parts: Parts): readonly Mount[] {
  return [...loginRoutes(parts), ...ownRoutes(parts)];
}

/** Whoever logs in is nobody yet. */
function loginRoutes({ sessions, passwordLogin }: Parts): readonly Mount[] {
  return [
    operation({
      method: "post",
      path: "/v1/session",
      summary: "Logs in with a password: the session comes as a cookie",
      role: null,
      body: contract.loginBody,
      result: contract.session,
      run: async ({ body: { login, password }, context }) => {
        const answer = await passwordLogin.login(login, password, fromOf(context));
        if (answer.kind !== "opened") throw new CallError(notLetIn(context, answer));
        return openedBody(sessions, context, answer.session);
      },
    }),
    operation({
      method: "post",
      path: "/v1/session/demo",
      summary: "Becomes a person of the demo",
      role: null,
      body: contract.demoBody,
      result: contract.session,
      run: async ({ body: { login }, context }) => {
        const session = await sessions.openDemo(login, fromOf(context));
        return "reason" in session ? session : openedBody(sessions, context, session);
      },
    }),
    operation({
      method: "get",
      path: "/v1/session/demo",
      summary: "Whether this is a demo, and whom one may become",
      role: null,
      result: contract.demoPeople,
      run: async () => ({ demo: demoOf(sessions) }),
    }),
  ];
}

function ownRoutes({ sessions }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/session",
      summary: "Who is logged in, in which teams, with which roles, until when",
      role: "token",
      result: contract.session,
      run: async ({ actor }) => ({ ...sessions.view(actor), demo: demoOf(sessions) }),
    }),
    operation({
      method: "delete",
      path: "/v1/session",
      summary: "Logs out",
      role: "token",
      result: contract.done,
      run: async ({ actor, context }) => {
        if (actor.session === null)
          return refuse("a token has no session", "take it back: `premortem token revoke`");
        const refused = await sessions.end(actor, actor.session);
        takeSession(context);
        return refused ?? { done: true as const };
      },
    }),
    operation({
      method: "get",
      path: "/v1/sessions",
      summary: "Where you are logged in, newest first",
      role: "token",
      result: contract.ownSessions,
      run: async ({ actor }) => ({
        sessions: (await sessions.list(actor)).map((one) => ({
          ...one,
          isThis: one.id === actor.session,
          expiresMs: sessionEndMs(one),
        })),
      }),
    }),
    operation({
      method: "delete",
      path: "/v1/sessions/{id}",
      summary: "Logs out elsewhere",
      role: "token",
      params: idPath,
      result: contract.done,
      run: async ({ params, actor }) =>
        (await sessions.end(actor, params.id)) ?? { done: true as const },
    }),
  ];
}

/** A page of another site may log nobody in either: they would work in somebody else's name. */
export function fromOf(context: Context): From {
  const refused = foreignOrigin(context);
  if (refused !== null) throw new CallError(refused);
  return {
    address: comerOf(context).address,
    agent: context.req.header("user-agent") ?? "",
    before: sessionSecretOf(context),
  };
}

export function openedBody(
  sessions: Parts["sessions"],
  context: Context,
  { secret, ...session }: OpenedSession,
) {
  giveSession(context, secret);
  const caller = { ...session, session: session.id, expiresMs: sessionEndMs(session) };
  return { ...sessions.view(caller), demo: demoOf(sessions) };
}

function demoOf(sessions: Parts["sessions"]) {
  const people = sessions.demoPeople();
  return people === null ? null : { people };
}

const MS_IN_SECOND = 1_000;

/** The same words whether the login is known or not. `code`: of who is logged in, and stays so. */
export function notLetIn(
  context: Context,
  answer: Exclude<LoginAnswer, { kind: "opened" }>,
  code: "wrongLogin" | "wrongPassword" = "wrongLogin",
): ApiError {
  if (answer.kind === "wait") {
    const seconds = Math.ceil(answer.waitMs / MS_IN_SECOND);
    context.header("Retry-After", String(seconds));
    return apiError(
      429,
      "tooOften",
      "too many attempts have failed: this one was not tried",
      `come back in ${seconds} s`,
    );
  }
  if (code === "wrongPassword")
    return apiError(403, code, "the present password is wrong", "type it again");
  return apiError(
    401,
    code,
    "the login or the password is wrong",
    "type both again; an admin gives a new link: `premortem person invite LOGIN`",
  );
}
