import { useLocalStorage } from "@mantine/hooks";
import { useSession } from "../app/session.ts";

/** A text that is typed and not sent yet: kept in this browser for this person, so that neither a log-out nor
 * a lost server takes it away. */
export function useDraft(subject: string): readonly [string, (text: string) => void, () => void] {
  const { login } = useSession();
  const [text, setText, forget] = useLocalStorage({
    key: `premortem-draft ${login} ${subject}`,
    defaultValue: "",
    getInitialValueInEffect: false,
  });
  return [text, setText, forget];
}
