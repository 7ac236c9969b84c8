import { useLocalStorage } from "@mantine/hooks";
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from "react";

/** One thing a key does on the page that is open. `keys` is one key ("a") or two in a row ("g h"). */
export interface Shortcut {
  keys: string;
  label: string;
  run: () => void;
  /** Not listed in the help, for second names of the same thing. */
  hidden?: boolean;
}

interface Scope {
  name: string;
  shortcuts: () => Shortcut[];
}

interface Registry {
  add: (scope: Scope) => () => void;
  list: () => { name: string; shortcuts: Shortcut[] }[];
}

/** Whether keys of one character do something, and the way to change it. */
type Letters = [boolean, (on: boolean) => void];

const LettersContext = createContext<Letters>([true, () => undefined]);
const RegistryContext = createContext<Registry | null>(null);

// How long the first of two keys waits for the second.
const secondKeyMs = 900;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [role=combobox], [role=listbox]"));
}

// Keys that an element has its own use for: arrows in a choice or a player, Enter on what can be pressed.
const ownArrows = "input[type=radio], video, audio, [role=slider], [role=tab], [role=menuitem], [role=option], [data-own-arrows]";
const ownEnter = "a, button, summary, input";

function isItsOwn(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return key.startsWith("Arrow") ? target.closest(ownArrows) !== null : key === "Enter" && target.closest(ownEnter) !== null;
}

// Who speaks to the computer, or presses keys by accident, sets off whatever a single character does. Arrows, Enter and Escape are no characters.
const isCharacter = (key: string) => key.length === 1;

/** Hears every key of the page and runs the newest scope that knows it. Keys typed into a field are left alone. */
export function ShortcutProvider({ children }: { children: ReactNode }) {
  const scopes = useRef<Scope[]>([]);
  const [letters, setLetters] = useLocalStorage<boolean>({
    key: "rapport.keys",
    defaultValue: true,
    getInitialValueInEffect: false,
    serialize: (on) => (on ? "on" : "off"),
    deserialize: (value) => value !== "off",
  });
  const registry = useMemo<Registry>(
    () => ({
      add: (scope) => {
        scopes.current = [...scopes.current, scope];
        return () => {
          scopes.current = scopes.current.filter((other) => other !== scope);
        };
      },
      list: () =>
        scopes.current
          .map(({ name, shortcuts }) => ({ name, shortcuts: shortcuts().filter(({ hidden }) => !hidden) }))
          .filter(({ shortcuts }) => shortcuts.length > 0),
    }),
    [],
  );

  useEffect(() => {
    let first = "";
    let firstAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || isItsOwn(event.target, event.key)) return;
      if (!letters && isCharacter(event.key)) return;
      // A dialog owns the keyboard while it is open; Mantine closes it on Escape.
      if (document.querySelector("[role=dialog][aria-modal=true]")) return;
      const typed = event.timeStamp - firstAt < secondKeyMs ? `${first} ${event.key}` : event.key;
      const all = [...scopes.current].reverse().flatMap(({ shortcuts }) => shortcuts());
      const match = all.find(({ keys }) => keys === typed) ?? all.find(({ keys }) => keys === event.key);
      first = event.key;
      firstAt = event.timeStamp;
      if (!match) return;
      firstAt = 0;
      event.preventDefault();
      match.run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [letters]);

  return (
    <LettersContext value={[letters, setLetters]}>
      <RegistryContext value={registry}>{children}</RegistryContext>
    </LettersContext>
  );
}

/** Whether keys of one character do something; the person's choice, kept in this browser. */
export function useLetterKeys(): Letters {
  return useContext(LettersContext);
}

/** Binds keys while the component is on the page. */
export function useShortcuts(name: string, shortcuts: Shortcut[]): void {
  const registry = useContext(RegistryContext);
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => registry?.add({ name, shortcuts: () => latest.current }), [registry, name]);
}

/** What the open page's keys do, for the help. */
export function useShortcutList(): Registry["list"] {
  return useContext(RegistryContext)?.list ?? (() => []);
}
