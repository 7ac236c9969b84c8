import { useQuery } from "@tanstack/react-query";

import { keyDatesQuery } from "../../api/queries";
import { Section } from "../Page";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "../partnership/Deal.module.css";
import { KeyDateActions } from "./KeyDateActions";
import { decidedHere, decision, keyKinds } from "./keydates";

/** What a partnership's posts and its contract gave the brand for a time, and when that ends; nothing where there is none. */
export function KeyDates({ partnershipId }: { partnershipId: string }) {
  const dates = useQuery(keyDatesQuery({ partnership_id: partnershipId, limit: 50 })).data?.items.filter(decidedHere) ?? [];
  if (dates.length === 0) return null;
  return (
    <Section title="Rights that end">
      <ul className={classes.rows}>
        {dates.map((date) => {
          const { icon: Icon, word } = keyKinds[date.kind];
          const stands = decision(date);
          return (
            <li key={date.id} style={{ flexWrap: "wrap" }}>
              <div>
                <Icon size={14} aria-hidden /> {word} <RelativeTime at={date.at} />
                <div className={classes.small}>{date.assets.length > 0 ? date.assets.map(({ name }) => name).join(", ") : `Contract ${date.number}`}</div>
              </div>
              <div className={classes.end}><Chip tone={stands.tone}>{stands.word}</Chip></div>
              <KeyDateActions date={date} />
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
