import classes from "./ContractText.module.css";

/** A contract's words exactly as they are hashed and signed: nothing is laid out anew. */
export function ContractText({ text }: { text: string }) {
  return <div className={classes.text}>{text}</div>;
}
