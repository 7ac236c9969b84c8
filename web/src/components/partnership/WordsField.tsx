import { Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";

import { usersQuery } from "../../api/queries";
import type { UserRef } from "../../api/schema";
import classes from "./Composer.module.css";

/** The people of a brand who can be mentioned, by name. */
export function usePeople(brandId: string, wanted: boolean): UserRef[] {
  const users = useQuery({ ...usersQuery({ limit: 200 }), retry: false, enabled: wanted });
  return (users.data?.items ?? [])
    .filter(({ disabled, brands }) => !disabled && brands.some(({ brand_id }) => brand_id === brandId))
    .map(({ id, name }) => ({ id, name }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Who is mentioned: everybody whose whole name follows an @. */
export function mentioned(text: string, people: UserRef[]): UserRef[] {
  return people.filter(({ name }) => {
    for (let at = text.indexOf(`@${name}`); at >= 0; at = text.indexOf(`@${name}`, at + 1)) {
      if (!/^[\p{L}\p{N}]/u.test(text.slice(at + 1 + name.length))) return true;
    }
    return false;
  });
}

// What is being typed behind an @, up to two words.
const begun = /(?:^|\s)@((?:[\p{L}\p{N}.'’-]+ ?){0,2})$/u;
const most = 6;

/** A text field; with people, an @ offers them. Control or ⌘ with Enter sends, Escape leaves the field to the keys of the page. */
export function WordsField({ label, value, onChange, people, onSend, error, ref }: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  people?: UserRef[];
  onSend: () => void;
  error?: ReactNode;
  ref: RefObject<HTMLTextAreaElement | null>;
}) {
  const list = useId();
  const [search, setSearch] = useState<string | undefined>();
  const [chosen, setChosen] = useState(0);
  const found = search === undefined ? [] : (people ?? []).filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()) && name !== search.trim()).slice(0, most);
  const open = found.length > 0;
  // Typing goes on behind the name that was put in.
  const caret = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    if (caret.current !== undefined) ref.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [value, ref]);

  const look = (field: HTMLTextAreaElement) => {
    setSearch(people && begun.exec(field.value.slice(0, field.selectionStart))?.[1]);
    setChosen(0);
  };
  const choose = (person: UserRef | undefined) => {
    const field = ref.current;
    if (!person || !field || search === undefined) return;
    const before = value.slice(0, field.selectionStart - search.length) + person.name + " ";
    onChange(before + value.slice(field.selectionStart));
    setSearch(undefined);
    field.focus();
    caret.current = before.length;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend();
    else if (event.key === "Escape") {
      if (open) setSearch(undefined);
      else event.currentTarget.blur();
    } else if (!open) return;
    else if (event.key === "ArrowDown") setChosen((chosen + 1) % found.length);
    else if (event.key === "ArrowUp") setChosen((chosen - 1 + found.length) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(found[chosen]);
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes.words}>
      <Textarea
        ref={ref}
        aria-label={label}
        placeholder={label}
        autosize
        minRows={2}
        maxRows={10}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
          look(event.currentTarget);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setSearch(undefined)}
        error={error}
        {...(people && {
          "aria-autocomplete": "list" as const,
          "aria-haspopup": "listbox" as const,
          "aria-controls": open ? list : undefined,
          "aria-activedescendant": open ? `${list}-${chosen}` : undefined,
        })}
      />
      {open && (
        <div id={list} role="listbox" aria-label="People to mention" className={classes.people}>
          {found.map((person, index) => (
            // The field keeps the focus and moves the choice; the mouse is only a second way.
            <div
              key={person.id}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className={classes.person}
              onMouseMove={() => setChosen(index)}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(person);
              }}
            >
              {person.name}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
