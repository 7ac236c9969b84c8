import { Modal, Stack, TextInput } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";

import { LoadingLines } from "../Loading";
import classes from "./PickDialog.module.css";

/** One thing that can be picked. */
export interface Choice {
  id: string;
  label: string;
  hint?: string;
  current?: boolean;
}

interface Props {
  title: string;
  /** What the field searches. */
  label: string;
  choices: Choice[] | undefined;
  /** What stands here when nothing matches. */
  none: string;
  onPick: (id: string) => void;
  onClose: () => void;
  children?: ReactNode;
}

/** A dialog to pick one thing by typing a part of its name, with keys alone or by a press. */
export function PickDialog({ title, onClose, ...rest }: Props) {
  return (
    <Modal opened onClose={onClose} title={title}>
      <Pick {...rest} />
    </Modal>
  );
}

function Pick({ label, choices, none, onPick, children }: Omit<Props, "title" | "onClose">) {
  const list = useId();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const search = typed.trim().toLowerCase();
  const found = (choices ?? []).filter(({ label, hint = "" }) => `${label} ${hint}`.toLowerCase().includes(search));
  const option = (index: number) => `${list}-${index}`;

  const choose = (index: number) => {
    setChosen(index);
    document.getElementById(option(index))?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const pick = found[chosen];
    if (event.key === "ArrowDown" && pick) choose((chosen + 1) % found.length);
    else if (event.key === "ArrowUp" && pick) choose((chosen - 1 + found.length) % found.length);
    else if (event.key === "Enter") {
      if (pick) onPick(pick.id);
    } else return;
    event.preventDefault();
  };

  return (
    <Stack gap="sm">
      {children}
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={label}
        placeholder={label}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-activedescendant={found[chosen] && option(chosen)}
        aria-autocomplete="list"
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      {!choices && <LoadingLines lines={3} />}
      <div id={list} role="listbox" aria-label={label} className={classes.list}>
        {found.map(({ id, label, hint, current }, index) => (
          // The field holds the focus and moves the choice; the mouse is only a second way.
          <div key={id} id={option(index)} role="option" aria-selected={index === chosen} className={classes.option} onMouseMove={() => setChosen(index)} onClick={() => onPick(id)}>
            <span className="truncate">{label}</span>
            {hint && <span className="soft truncate">{hint}</span>}
            {current && <span className={classes.current}><IconCheck size={14} aria-hidden /> now</span>}
          </div>
        ))}
      </div>
      {choices && found.length === 0 && <p className={`soft ${classes.none}`} role="status">{search ? `Nothing matches “${typed}”.` : none}</p>}
    </Stack>
  );
}
