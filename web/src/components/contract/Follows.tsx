import type { AmendmentFollows } from "../../api/schema";
import { Changes } from "../Changes";

const groups = [
  ["pieces", "Pieces"], ["money", "Money and payments"], ["dates", "Dates and rights"], ["timers", "Deadlines and reminders"], ["budget", "Budget"], ["stays", "What stays"],
] as const;

/** What follows when both have signed an amendment, part by part. */
export function Follows({ follows }: { follows: AmendmentFollows }) {
  return (
    <>
      <p className="soft" style={{ margin: "0 0 4px" }}>As if both had signed now. Dates that count from the signatures move with them.</p>
      {groups.map(([part, title]) => follows[part].length > 0 && (
        <section key={part} aria-label={title}>
          <h4 style={{ margin: "8px 0 4px" }}>{title}</h4>
          <Changes lines={follows[part]} />
        </section>
      ))}
    </>
  );
}
