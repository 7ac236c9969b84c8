import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { renewalQuery } from "../../api/queries";
import type { Partnership } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { OfferForm, type Taken } from "../partnership/OfferDialog";

/** Offers the next term. It starts from the fee and the terms of the present one. */
export default function RenewDialog({ partnership, taken, onClose }: { partnership: Partnership; taken?: Taken; onClose: () => void }) {
  const packet = useQuery(renewalQuery(partnership.summary.id));
  return (
    <Modal opened onClose={onClose} title={`Offer ${partnership.summary.creator.name} another term`} size="xl">
      {packet.data ? (
        <Form partnership={partnership} taken={taken} fee={packet.data.renewal.fee} terms={packet.data.terms} feeFrom={packet.data.fee_from} onClose={onClose} />
      ) : packet.error ? (
        <LoadFailed error={packet.error} retry={() => void packet.refetch()} />
      ) : (
        <LoadingLines />
      )}
    </Modal>
  );
}

function Form({ partnership, taken, onClose, ...renews }: Parameters<typeof RenewDialog>[0] & NonNullable<Parameters<typeof OfferForm>[0]["renews"]>) {
  return <OfferForm partnership={partnership} campaign={{ default_fee: renews.fee, terms: renews.terms }} renews={renews} taken={taken} onClose={onClose} />;
}
