import { Loader, Modal, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  IconAddressBook, IconArrowRight, IconBolt, IconBookmark, IconContrast, IconFileText, IconHeartHandshake,
  IconListSearch, IconLogout, IconMap, IconPlus, IconSearch, IconSpeakerphone, IconUpload, type TablerIcon,
} from "@tabler/icons-react";
import { useId, useState, type KeyboardEvent } from "react";

import { searchQuery, viewsQuery } from "../api/queries";
import type { SearchHit } from "../api/schema";
import { below, mayOpen } from "../lib/places";
import { hasRole, useSession } from "../lib/session";
import { useShortcutList } from "../lib/shortcuts";
import { useSignOut } from "../lib/signOut";
import { tour } from "../lib/tour";
import classes from "./CommandPalette.module.css";

interface Entry {
  key: string;
  group: string;
  label: string;
  hint?: string;
  icon: TablerIcon;
  /** Where it leads; without it, it does something here. */
  to?: string;
  id?: string;
  /** What the page is opened with. */
  search?: Record<string, unknown>;
  run?: () => void;
}

// The focus goes back to the page when this closes; what is done may take it from there.
const focusBackMs = 60;

// Keys that move through what is shown: nobody looks for them by words.
const moves = /^(j|k|Arrow|Enter|Escape)/;

const firstUp = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

const pages: Record<SearchHit["noun"], { to: string; icon: TablerIcon; word: string }> = {
  partnership: { to: "/partnerships/$id", icon: IconHeartHandshake, word: "Partnerships" },
  creator: { to: "/creators/$id", icon: IconAddressBook, word: "Creators" },
  campaign: { to: "/campaigns/$id", icon: IconSpeakerphone, word: "Campaigns" },
  contract: { to: "/contracts/$id", icon: IconFileText, word: "Contracts" },
};

const starts = [
  { to: "/campaigns/new", label: "Create a campaign", icon: IconPlus },
  { to: "/creators/import", label: "Import creators from CSV", icon: IconUpload },
];

/** One field that finds creators, partnerships, campaigns and contracts, goes to every page and kept view, and does what the open page and the person's menu can. */
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
  const views = useQuery({ ...viewsQuery, enabled: words !== "" }).data?.items ?? [];
  const { setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  const keys = useShortcutList();

  const matches = ({ label }: { label: string }) => label.toLowerCase().includes(typed.trim().toLowerCase());
  const hits = words.length >= 2 ? (found.data?.items ?? []) : [];
  const asked = typed.trim() !== "";
  const here = keys().filter(({ name }) => name !== "Everywhere").flatMap(({ shortcuts }) => shortcuts).filter(({ keys }) => !moves.test(keys));
  const yours = [
    ...(["light", "dark", "auto"] as const).map((scheme) => ({ label: `Appearance: ${scheme === "auto" ? "as the system" : scheme}`, icon: IconContrast, run: () => setColorScheme(scheme) })),
    { label: "Show me around", icon: IconMap, run: tour.start },
    { label: "Sign out", icon: IconLogout, run: () => signOut.mutate(undefined) },
  ];
  const entries: Entry[] = [
    ...(Object.keys(pages) as SearchHit["noun"][]).flatMap((noun) =>
      hits
        .filter((hit) => hit.noun === noun)
        .map(({ id, title, subtitle }) => ({ key: `${noun}-${id}`, group: pages[noun].word, label: title, hint: subtitle, icon: pages[noun].icon, to: pages[noun].to, id })),
    ),
    ...here.filter(matches).map(({ keys, label, run }) => ({ key: `here-${keys}`, group: "On this page", label, hint: keys, icon: IconBolt, run })),
    ...(hasRole(session, ["ops", "admin"]) ? starts.filter(matches).map((start) => ({ ...start, key: start.to, group: "Start" })) : []),
    ...places.filter(matches).map((place) => ({ ...place, key: place.to, group: "Go to" })),
    // What is seldom looked for comes with the words for it.
    ...(asked ? below.filter(mayOpen(session)).filter(matches).map((part) => ({ ...part, key: part.to, group: "Go to", icon: IconArrowRight })) : []),
    ...(asked ? views.map(({ name, ...view }) => ({ ...view, label: name })).filter(matches).map(({ id, label, page, search }) => (
      { key: `view-${id}`, group: "Kept views", label, hint: firstUp(page.slice(1)), icon: IconBookmark, to: page, search }
    )) : []),
    ...(asked ? yours.filter(matches).map((entry) => ({ ...entry, key: entry.label.replaceAll(" ", "-"), group: "You" })) : []),
    // It comes last, also in time: what is pressed too early shall not open it.
    ...(asked && typed.trim() === words && !found.isFetching ? [{ key: "texts", group: "Search", label: `Search everything written for “${typed.trim()}”`, icon: IconListSearch, to: "/search", search: { q: typed.trim() } }] : []),
  ];
  const at = Math.min(chosen, entries.length - 1);
  const groups = [...new Set(entries.map(({ group }) => group))];
  const option = (entry: Entry) => `${list}-${entry.key}`;

  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (entry.run) setTimeout(entry.run, focusBackMs);
    else if (entry.to) void navigate({ to: entry.to, params: entry.id ? { id: entry.id } : undefined, search: entry.search as never });
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
          placeholder="A creator, a page, something to do…"
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
