import { expect, test } from "vitest";
import { MAXIMUM_PASSWORD, openPasswords, unfitPassword } from "./password.ts";

const GOOD = "four words nobody says";

test("a password is kept as argon2id with the parameters that are stated, and with salt", async () => {
  const passwords = openPasswords();
  const hashes = await Promise.all([passwords.hash(GOOD), passwords.hash(GOOD)]);
  for (const hash of hashes) {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.check(GOOD, hash)).toBe("right");
    expect(await passwords.check(`${GOOD} `, hash)).toBe("wrong");
  }
  expect(hashes[0]).not.toBe(hashes[1]);
});

test("one way to write an accented letter is as good as the other", async () => {
  const passwords = openPasswords();
  const hash = await passwords.hash("caf\u00e9 au lait de minuit");
  expect(await passwords.check("cafe\u0301 au lait de minuit", hash)).toBe("right");
});

test("a hash by other parameters is taken, and told to be old", async () => {
  const { hash } = await import("@node-rs/argon2");
  const weak = await hash(GOOD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  expect(await openPasswords().check(GOOD, weak)).toBe("rightButOld");
});

test("nobody's password is wrong, whatever is said", async () => {
  expect(await openPasswords().check("nobody has this one", null)).toBe("wrong");
});

test("of a thousand that come at once most are sent away untried", async () => {
  const passwords = openPasswords();
  const hash = await passwords.hash(GOOD);
  const checks = await Promise.all(
    Array.from({ length: 1_000 }, () => passwords.check(GOOD, hash)),
  );
  const tried = checks.filter((one) => one === "right").length;
  expect(tried).toBeGreaterThan(10);
  expect(checks.filter((one) => one === "busy")).toHaveLength(1_000 - tried);
  expect(tried).toBeLessThan(60);
  expect(await passwords.check(GOOD, hash)).toBe("right");
});

test.each([
  ["too short", "fourteen chars"],
  ["too long", "abcdefgh".repeat(MAXIMUM_PASSWORD)],
  ["of few characters", "ababababababababab"],
  ["short without the login", "ana.sysop12345ana.sysop"],
])("one that is %s is not taken", (_, password) => {
  expect(unfitPassword(password, "ana.sysop")).toMatchObject({ kind: "refusal" });
});

test.each([GOOD, "fifteen chars!!", "ana.sysop has a long password", "пароль из слов"])(
  "%s is taken",
  (password) => {
    expect(unfitPassword(password.padEnd(15, "-+*"), "ana.sysop")).toBeNull();
  },
);
