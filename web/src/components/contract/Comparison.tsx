import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { comparisonQuery } from "../../api/queries";
import type { Contract, ContractComparison } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { TextDiff } from "./TextDiff";

const labels: [keyof ContractComparison, string][] = [
  ["template", "The template: what is different for this deal"], ["draft", "The draft before"], ["contract", "The contract before"],
];

/** What a contract's text says otherwise than its template, the draft before or the contract before. */
export default function Comparison({ contract }: { contract: Contract }) {
  const found = useQuery(comparisonQuery(contract.id));
  const [chosen, setChosen] = useState<keyof ContractComparison>();
  if (!found.data) return found.error ? <LoadFailed error={found.error} retry={() => void found.refetch()} /> : <LoadingLines />;
  const there = labels.filter(([against]) => found.data[against]);
  const against = there.find(([one]) => one === chosen)?.[0] ?? there[0]?.[0];
  const other = against && found.data[against];
  if (!other) return <p style={{ margin: 0 }}>There is nothing to compare this text with: it is the first of this partnership, and from before templates were kept with contracts.</p>;
  return (
    <>
      <NativeSelect
        label="Compare with" mb="sm" maw={420} value={against} data={there.map(([value, label]) => ({ value, label }))}
        onChange={({ currentTarget: { value } }) => setChosen(value as keyof ContractComparison)}
      />
      <p style={{ margin: "0 0 4px" }}>
        Before: {other.contract_id ? <Link to="/contracts/$id" params={{ id: other.contract_id }}>{other.words}</Link> : other.words}. Now: {contract.number}{contract.amends ? "" : `, draft ${contract.draft}`}.
      </p>
      {contract.amends && against === "contract" && <p className="soft" style={{ margin: "0 0 4px" }}>An amendment says only what it changes. What it does not name goes on as it was signed.</p>}
      <TextDiff before={other.text} now={contract.text} fold />
    </>
  );
}
