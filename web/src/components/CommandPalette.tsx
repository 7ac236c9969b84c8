import { Loader, Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconAddressBook, IconFileText, IconHeartHandshake, IconListSearch, IconPlus, IconSearch, IconSpeakerphone, IconUpload, type TablerIcon } from "@tabler/icons-react";
import { useId, useState, type KeyboardEvent } from "react";

import { searchQuery } from "../api/queries";
import type { SearchHit } from "../api/schema";
import { hasRole, useSession } from "../lib/session";
import classes from "./CommandPalette.module.css";

interface Entry {
  key: string;
  group: string;
  label: string;
  hint?: string;
  icon: TablerIcon;
  to: string;
  id?: string;
  /** Words that the page is opened with. */
  q?: string;
}

const pages: Record<SearchHit["noun"], { to: string; icon: TablerIcon; word: string }> = {
  partnership: { to: "/partnerships/$id", icon: IconHeartHandshake, word: "Partnerships" },
  creator: { to: "/creators/$id", icon: IconAddressBook, word: "Creators" },
  campaign: { to: "/campaigns/$id", icon: IconSpeakerphone, word: "Campaigns" },
  contract: { to: "/contracts/$id", icon: IconFileText, word: "Contracts" },
};

const starts: Omit<Entry, "key" | "group">[] = [
  { to: "/campaigns/new", label: "Create a campaign", icon: IconPlus },
  { to: "/creators/import", label: "Import creators from CSV", icon: IconUpload },
];

/** One field that finds creators, partnerships, campaigns and contracts, goes to places, and starts things. */
export default function CommandPalette({ opened, onClose, places }: { opened: boolean; onClose: () => void; places: { to: string; label: string; icon: TablerIcon }[] }) {
  return (
    <Modal.Root opened={opened} onClose={onClose} size={560} yOffset="12dvh" transitionProps={{ duration: 80 }}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label="Search or jump to">
        <Search onClose={onClose} places={places} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ onClose, places }: { onClose: () => void; places: { to: string; label: string; icon: TablerIcon }[] }) {
  const navigate = useNavigate();
  const session = useSession();
  const list = useId();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const [words] = useDebouncedValue(typed.trim(), 120);
  const found = useQuery(searchQuery(words));

  const matches = ({ label }: { label: string }) => label.toLowerCase().includes(typed.trim().toLowerCase());
  const hits = words.length >= 2 ? (found.data?.items ?? []) : [];
  const entries: Entry[] = [
    ...(Object.keys(pages) as SearchHit["noun"][]).flatMap((noun) =>
      hits
        .filter((hit) => hit.noun === noun)
        .map(({ id, title, subtitle }) => ({ key: `${noun}-${id}`, group: pages[noun].word, label: title, hint: subtitle, icon: pages[noun].icon, to: pages[noun].to, id })),
    ),
    ...(hasRole(session, ["ops", "admin"]) ? starts.filter(matches).map((start) => ({ ...start, key: start.to, group: "Start" })) : []),
    ...places.filter(matches).map((place) => ({ ...place, key: place.to, group: "Go to" })),
    // It comes last, also in time: what is pressed too early shall not open it.
    ...(typed.trim() && typed.trim() === words && !found.isFetching ? [{ key: "texts", group: "Search", label: `Search everything written for “${typed.trim()}”`, icon: IconListSearch, to: "/search", q: typed.trim() }] : []),
  ];
  const at = Math.min(chosen, entries.length - 1);
  const groups = [...new Set(entries.map(({ group }) => group))];
  const option = (entry: Entry) => `${list}-${entry.key}`;

  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    void navigate({ to: entry.to, params: entry.id ? { id: entry.id } : undefined, search: entry.q ? { q: entry.q } : undefined });
  };
  const choose = (index: number) => {
    setChosen(index);
    const entry = entries[index];
    if (entry) document.getElementById(option(entry))?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") choose((at + 1) % entries.length);
    else if (event.key === "ArrowUp") choose((at - 1 + entries.length) % entries.length);
    else if (event.key === "Enter") go(entries[at]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className={classes.field}>
        <IconSearch size={18} aria-hidden />
        <input
          data-autofocus
          className={classes.input}
          role="combobox"
          aria-label="Search or jump to"
          aria-expanded={entries.length > 0}
          aria-controls={list}
          aria-activedescendant={entries[at] && option(entries[at])}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder="A creator, a campaign, a page…"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        {found.isFetching && <Loader size="xs" aria-label="Searching" />}
      </div>
      <div className={classes.list} id={list} role="listbox" aria-label="What was found">
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <div className={classes.group} aria-hidden>{group}</div>
            {entries.map((entry, index) => entry.group === group && (
              // The input holds the focus and moves the choice; the mouse is only a second way.
              <div
                key={entry.key}
                id={option(entry)}
                className={classes.entry}
                role="option"
                aria-selected={index === at}
                onMouseMove={() => setChosen(index)}
                onClick={() => go(entry)}
              >
                <entry.icon size={18} stroke={1.6} aria-hidden />
                <span className="truncate">{entry.label}</span>
                {entry.hint && <span className="soft truncate">{entry.hint}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
      {entries.length === 0 && !found.isFetching && <div className={classes.none} role="status">Nothing matches “{typed}”.</div>}
    </>
  );
}
