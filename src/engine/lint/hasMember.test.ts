import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, FALSE, TRUE } from "../bdd/index.ts";
import { anySet, fromTable } from "../bdd/truthTable.ts";
import { hasMember, meets, memberAtOnce, membersOf } from "./hasMember.ts";

describe("members of two sets", () => {
  it("are found where there are some, and there alone", () => {
    fc.assert(
      fc.property(anySet, anySet, anySet, (first, second, third) => {
        const arena = new Arena();
        const [a, b, c] = [first, second, third].map((table) => fromTable(arena, table));
        const region = { inside: a ?? TRUE, outside: [b ?? FALSE] };
        const set = c ?? TRUE;
        expect(meets(arena, region.inside, set)).toBe(arena.and(region.inside, set) !== FALSE);
        const members = membersOf(arena, region, set);
        expect(hasMember(arena, region, set)).toBe(members !== FALSE);
        const one = memberAtOnce(arena, region, set);
        if (one !== null) expect(arena.restrict(members, one)).not.toBe(FALSE);
      }),
    );
  });
});
