import type { PortalWaiting } from "../../api/schema";
import { Facts } from "../Page";
import { When } from "./When";

const names = new Intl.ListFormat("en-GB", { type: "conjunction" });

/** What happens on silence without the words that its label says already. */
function silenceText(words: string): string {
  const rest = words.replace(/^if nobody decides(?: in time)?,?\s*/i, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Whose decision a draft waits for, since when and until when, and what follows with or without it. */
export function WaitingFor({ waiting }: { waiting: PortalWaiting }) {
  const ahead = waiting.ahead ?? [];
  return (
    <Facts
      facts={[
        ["Waiting for", (
          <>
            <strong>{waiting.who.length > 0 ? names.format(waiting.who) : "Our team"}</strong>
            <div className="soft">{waiting.stage}</div>
          </>
        )],
        ["Since", <When key="since" at={waiting.since} />],
        ["Decision due", waiting.due_at && <When at={waiting.due_at} />],
        ["If nobody decides", waiting.silence ? (
          <>
            {silenceText(waiting.silence)}
            {waiting.silence_at && <div className="soft"><When at={waiting.silence_at} /></div>}
          </>
        ) : undefined],
        ["After that", ahead.length > 0 ? ahead.join(", then ") : "No other stage"],
      ]}
    />
  );
}
