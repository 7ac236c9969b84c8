import { CloseButton, Group, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useLocation } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";

import { useShortcuts } from "../lib/shortcuts";

// A list does not wait for the menu of its views.
const SavedViews = lazy(() => import("./SavedViews"));

/** The row of filters over a list, and the names under which they are kept where the list has an address of its own. */
export function Filters({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const ofNothing = /^\/[a-z]+(\/[a-z]+)*$/.test(pathname); // no list of one thing, such as the creators to start in a campaign
  return (
    <Group gap="xs" role="search" align="flex-end">
      <Group gap="xs" align="flex-end" flex={{ base: "1 0 100%", xs: 1 }}>{children}</Group>
      {ofNothing && <Suspense fallback={<Skeleton height="var(--control)" width={93} />}><SavedViews /></Suspense>}
    </Group>
  );
}

/** Words to search for; reaches the URL a moment after the last key. "/" jumps to it. */
export function SearchInput({ value, onChange, label }: { value: string | undefined; onChange: (value: string | undefined) => void; label: string }) {
  const [typed, setTyped] = useState(value ?? "");
  const sent = useRef(value);
  const input = useRef<HTMLInputElement>(null);
  const tell = useDebouncedCallback((words: string) => {
    sent.current = words || undefined;
    onChange(words || undefined);
  }, 250);
  // The URL can change by other means: back, or a cleared filter.
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value ?? "");
    }
  }, [value]);
  useShortcuts("Search", [{ keys: "/", label: label, run: () => input.current?.focus() }]);

  const set = (words: string) => {
    setTyped(words);
    tell(words.trim());
  };
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={15} aria-hidden />}
      rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => set("")} />}
      value={typed}
      onChange={(event) => set(event.currentTarget.value)}
      w={{ base: "100%", xs: 240 }}
    />
  );
}
