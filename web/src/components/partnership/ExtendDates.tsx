import { Checkbox, Group, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { keyDatesQuery } from "../../api/queries";
import type { KeyDateExtension } from "../../api/schema";
import { decidedHere, keyKinds } from "../contract/keydates";
import { RelativeTime } from "../RelativeTime";
import classes from "../Terms.module.css";

/** For how much longer what ends goes on, of each date by itself and of any term; nothing where nothing ends. */
export function ExtendDates({ partnershipId, first, extended, onChange }: {
  partnershipId: string;
  /** The date that somebody came for. */
  first?: string;
  extended: KeyDateExtension[];
  onChange: (extended: KeyDateExtension[]) => void;
}) {
  const dates = useQuery(keyDatesQuery({ partnership_id: partnershipId, limit: 50 })).data?.items.filter((date) => decidedHere(date) && date.kind !== "option_end") ?? [];
  if (dates.length === 0) return null;
  const rest = (id: string) => extended.filter(({ key_date_id }) => key_date_id !== id);
  return (
    <fieldset className={classes.group}>
      <legend>Rights that end</legend>
      {dates.toSorted((a, b) => Number(b.id === first) - Number(a.id === first)).map(({ id, kind, at, assets, number }) => {
        const of = extended.find(({ key_date_id }) => key_date_id === id);
        const { word, icon: Icon } = keyKinds[kind];
        const name = `${word}, ${assets.map((post) => post.name).join(", ")}`;
        const chosen = of?.deliverable_ids ?? assets.map((post) => post.id);
        const choose = (post: string, on: boolean) => {
          const posts = assets.map((one) => one.id).filter((one) => (one === post ? on : chosen.includes(one)));
          if (of && posts.length > 0) onChange([...rest(id), { ...of, deliverable_ids: posts.length < assets.length ? posts : undefined }]);
        };
        return (
          <div className={classes.extended} key={id}>
            <div>
              <Icon size={14} aria-hidden /> <strong>{word}</strong> <RelativeTime at={at} />
              <div className="soft">{assets.map((post) => post.name).join(", ")} · {number}</div>
              {of && assets.length > 1 && (
                <Group gap="md" mt={4} role="group" aria-label={`Posts: ${name}`}>
                  {assets.map((post) => <Checkbox key={post.id} size="xs" label={post.name} checked={chosen.includes(post.id)} onChange={(event) => choose(post.id, event.currentTarget.checked)} />)}
                </Group>
              )}
            </div>
            <NumberInput
              label="Longer by"
              suffix=" days"
              min={1}
              value={of?.days ?? ""}
              autoFocus={id === first}
              aria-label={`${name}: longer by`}
              onChange={(days) => onChange(typeof days === "number" ? [...rest(id), { ...of, key_date_id: id, days: Math.round(days) }] : rest(id))}
            />
          </div>
        );
      })}
    </fieldset>
  );
}
