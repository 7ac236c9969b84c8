import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";

const inside = "[data-row], li";

/** What the times of a row are, each after its column's name where there is one. */
function textOf(times: HTMLTimeElement[]): string {
  return times.map((time) => {
    const cell = time.closest("td");
    const head = cell?.closest("table")?.querySelectorAll("thead th")[cell.cellIndex]?.textContent ?? time.closest("dd")?.previousElementSibling?.textContent;
    return head ? `${head}: ${time.title}` : time.title;
  }).join("\n");
}

/**
 * The exact times of a list for whoever has no mouse: of the row that the keyboard has reached, and of a time that is tapped. One for the
 * whole page, for a long list has hundreds of them.
 */
export default function ExactTimes() {
  const [shown, setShown] = useState<{ target: HTMLElement; label: string }>();
  useEffect(() => {
    let byKeys = false;
    const show = (times: HTMLTimeElement[]) => setShown(times[0] && { target: times[0], label: textOf(times) });
    const timesOf = (element: Element | null | undefined) => [...(element?.querySelectorAll<HTMLTimeElement>("time[title]") ?? [])];
    const focus = ({ target }: FocusEvent) => show(byKeys ? timesOf((target as Element).closest(inside)) : []);
    const press = ({ target, pointerType }: PointerEvent) => {
      byKeys = false;
      const time = (target as Element).closest<HTMLTimeElement>("time[title]");
      show(time && pointerType !== "mouse" ? [time] : []);
    };
    const key = ({ key }: KeyboardEvent) => {
      byKeys = true;
      if (key === "Escape") show([]);
    };
    const leave = () => show([]);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", leave);
    document.addEventListener("pointerdown", press);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", leave);
      document.removeEventListener("pointerdown", press);
      document.removeEventListener("keydown", key, true);
    };
  }, []);
  if (!shown?.target.isConnected) return null;
  return <Tooltip key={shown.label} opened target={shown.target} label={<span className="prewrap">{shown.label}</span>} />;
}
