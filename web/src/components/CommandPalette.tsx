import { Loader } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconAddressBook, IconArrowRight, IconHeartHandshake, IconPlus, IconSearch, IconSpeakerphone, IconUpload, type TablerIcon } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { searchQuery } from "../api/queries";
import type { SearchHit } from "../api/schema";
import { hasRole, useSession } from "../lib/session";

const [store, actions] = createSpotlight();

const pages: Record<SearchHit["noun"], { to: string; icon: TablerIcon; word: string }> = {
  creator: { to: "/creators/$id", icon: IconAddressBook, word: "Creators" },
  partnership: { to: "/partnerships/$id", icon: IconHeartHandshake, word: "Partnerships" },
  campaign: { to: "/campaigns/$id", icon: IconSpeakerphone, word: "Campaigns" },
};

/** One field that finds creators, partnerships and campaigns, goes to places, and starts things. */
export default function CommandPalette({ opened, onClose, places }: { opened: boolean; onClose: () => void; places: { to: string; label: string; icon: TablerIcon }[] }) {
  const navigate = useNavigate();
  const session = useSession();
  const [typed, setTyped] = useState("");
  const [words] = useDebouncedValue(typed.trim(), 150);
  const found = useQuery(searchQuery(words));

  useEffect(() => {
    if (opened) actions.open();
    else actions.close();
  }, [opened]);

  const go = (to: string, params?: { id: string }) => {
    onClose();
    void navigate({ to, params });
  };

  const starts = hasRole(session, ["ops"])
    ? [
        { to: "/campaigns/new", label: "Create a campaign", icon: IconPlus },
        { to: "/creators/import", label: "Import creators from CSV", icon: IconUpload },
      ]
    : [];
  const matches = (label: string) => label.toLowerCase().includes(typed.trim().toLowerCase());
  const shownPlaces = places.filter(({ label }) => matches(label));
  const shownStarts = starts.filter(({ label }) => matches(label));
  const hits = words.length >= 2 ? (found.data?.items ?? []) : [];

  return (
    <Spotlight.Root
      store={store}
      query={typed}
      onQueryChange={setTyped}
      onSpotlightClose={onClose}
      shortcut={null}
      scrollable
      maxHeight={440}
      transitionProps={{ duration: 80 }}
      aria-label="Search or jump to"
    >
      <Spotlight.Search
        placeholder="A creator, a campaign, a page…"
        aria-label="Search or jump to"
        leftSection={<IconSearch size={18} aria-hidden />}
        rightSection={found.isFetching && <Loader size="xs" />}
      />
      <Spotlight.ActionsList>
        {(["partnership", "creator", "campaign"] as const).map((noun) => {
          const group = hits.filter((hit) => hit.noun === noun);
          const Icon = pages[noun].icon;
          return group.length > 0 && (
            <Spotlight.ActionsGroup key={noun} label={pages[noun].word}>
              {group.map(({ id, title, subtitle }) => (
                <Spotlight.Action
                  key={id}
                  label={title}
                  description={subtitle}
                  leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                  onClick={() => go(pages[noun].to, { id })}
                />
              ))}
            </Spotlight.ActionsGroup>
          );
        })}
        {shownStarts.length > 0 && (
          <Spotlight.ActionsGroup label="Start">
            {shownStarts.map(({ to, label, icon: Icon }) => (
              <Spotlight.Action key={to} label={label} leftSection={<Icon size={18} stroke={1.6} aria-hidden />} onClick={() => go(to)} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownPlaces.length > 0 && (
          <Spotlight.ActionsGroup label="Go to">
            {shownPlaces.map(({ to, label, icon: Icon }) => (
              <Spotlight.Action
                key={to}
                label={label}
                leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                rightSection={<IconArrowRight size={15} aria-hidden />}
                onClick={() => go(to)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {hits.length + shownStarts.length + shownPlaces.length === 0 && !found.isFetching && (
          <Spotlight.Empty>Nothing matches “{typed}”</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
