import { readFile, stat } from "node:fs/promises";

/** Bytes of a file that holds one secret: longer ones are another file by mistake. */
const MAXIMUM_SECRET_BYTES = 4_096;

/** What a file holds, without the newline that editors put at its end. Throws, and says what to do. */
export async function readSecret(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAXIMUM_SECRET_BYTES)
      throw new Error(`it has more than ${MAXIMUM_SECRET_BYTES} bytes`);
    const secret = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
    if (secret === "") throw new Error("it is empty");
    return secret;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the secret in \`${path}\` cannot be read: ${said}; write it there, readable for premortem`,
      {
        cause: error,
      },
    );
  }
}
