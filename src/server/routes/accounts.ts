import { BREAK_GLASS } from "../../operations/access/breakGlass.ts";
import { namePath } from "../contract/common.ts";
import * as contract from "../contract/session.ts";
import { CallError } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import { setUpPath } from "../setUpPath.ts";
import type { Service } from "../wire.ts";
import { fromOf, notLetIn, openedBody } from "./session.ts";

type Parts = Pick<Service, "accounts" | "sessions" | "breakGlass">;

export function accountRoutes(parts: Parts): readonly Mount[] {
  return [...passwordRoutes(parts), ...adminRoutes(parts)];
}

/** What people do with their own password. */
function passwordRoutes({ accounts, sessions }: Parts): readonly Mount[] {
  return [
    operation({
      method: "post",
      path: "/v1/set-up/look",
      summary: "Whom a link for choosing a password is for",
      role: null,
      body: contract.linkBody,
      result: contract.linkOwner,
      run: ({ body: { secret } }) => accounts.look(secret),
    }),
    operation({
      method: "post",
      path: "/v1/set-up",
      summary: "Chooses a password by a link, which is good once, and logs in",
      role: null,
      body: contract.setUpBody,
      result: contract.session,
      run: async ({ body: { secret, password }, context }) => {
        const session = await accounts.setUp(secret, password, fromOf(context));
        return "reason" in session ? session : openedBody(sessions, context, session);
      },
    }),
    operation({
      method: "post",
      path: "/v1/session/password",
      summary: "Changes your password: you are logged out everywhere else",
      role: "token",
      body: contract.passwordBody,
      result: contract.session,
      run: async ({ body, actor, context }) => {
        const answer = await accounts.change(actor, body, fromOf(context));
        if (answer.kind === "refusal") return answer;
        if (answer.kind !== "opened")
          throw new CallError(notLetIn(context, answer, "wrongPassword"));
        return openedBody(sessions, context, answer.session);
      },
    }),
  ];
}

function adminRoutes({ accounts, breakGlass }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/accounts",
      summary: "Who of the network file has a password, or a link to choose one",
      role: "admin",
      result: contract.accounts,
      run: async () => ({ accounts: await accounts.list() }),
    }),
    operation({
      method: "post",
      path: "/v1/accounts/{name}/invite",
      summary: "Makes a link with which a person chooses a password",
      role: "admin",
      params: namePath,
      result: contract.invitation,
      run: async ({ params, actor }) => {
        const invited = await accounts.invite(params.name, actor);
        if ("reason" in invited) return invited;
        const { login, secret, expiresMs } = invited;
        return { login, path: setUpPath(secret), expiresMs };
      },
    }),
    operation({
      method: "delete",
      path: "/v1/accounts/{name}",
      summary: "Takes the password, the link and all sessions of a person away",
      role: "admin",
      params: namePath,
      result: contract.reset,
      run: ({ params, actor }) => accounts.reset(params.name, actor),
    }),
    operation({
      method: "post",
      path: "/v1/break-glass",
      summary: "Makes the secret of the account for emergencies; the one before is void",
      role: "admin",
      result: contract.breakGlassMade,
      run: async ({ actor }) => ({ login: BREAK_GLASS, secret: await breakGlass.make(actor) }),
    }),
  ];
}
