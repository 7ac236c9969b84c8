import { lookOf } from "../../lib/states";
import { Chip } from "../StatusChip";
import { en, type Key } from "./words/en";
import { useSay } from "./words/Words";

const isKey = (key: string): key is Key => key in en;

/** A state as the creator reads it; it looks as the house sees it. */
export function State({ noun, state }: { noun: "offer" | "contract" | "deliverable" | "payee"; state: string }) {
  const say = useSay();
  const { word, icon: Icon, tone } = lookOf(noun, state);
  const key = `state.${noun}.${state}`;
  return <Chip tone={tone} icon={<Icon size={13} stroke={2} aria-hidden />}>{isKey(key) ? say(key) : word}</Chip>;
}
