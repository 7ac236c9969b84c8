import type { PortalWaiting } from "../../api/schema";
import { perLocale } from "../../lib/language";
import { Facts } from "../Page";
import { When } from "./When";
import { useSay } from "./words/Words";

const names = perLocale((locale) => new Intl.ListFormat(locale === "en" ? "en-GB" : locale, { type: "conjunction" }));

/** What happens on silence without the words that its label says already. */
function silenceText(words: string): string {
  const rest = words.replace(/^(?:if nobody decides(?: in time)?|wenn niemand entscheidet),?\s*/i, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Whose decision a draft waits for, since when and until when, and what follows with or without it. */
export function WaitingFor({ waiting }: { waiting: PortalWaiting }) {
  const say = useSay();
  const ahead = waiting.ahead ?? [];
  return (
    <Facts
      facts={[
        [say("waiting.for"), (
          <>
            <strong>{waiting.who.length > 0 ? names().format(waiting.who) : say("waiting.team")}</strong>
            <div className="soft">{waiting.stage}</div>
          </>
        )],
        [say("waiting.since"), <When key="since" at={waiting.since} />],
        [say("waiting.due"), waiting.due_at && <When at={waiting.due_at} />],
        [say("waiting.silence"), waiting.silence ? (
          <>
            {silenceText(waiting.silence)}
            {waiting.silence_at && <div className="soft"><When at={waiting.silence_at} /></div>}
          </>
        ) : undefined],
        [say("waiting.after"), ahead.length > 0 ? ahead.join(say("waiting.then")) : say("waiting.none")],
      ]}
    />
  );
}
